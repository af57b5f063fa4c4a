"""Counter-based draws: each one is a pure function of (root seed, replicate, stream, agent, month).

The generator is squares32 (Widynski 2020); its key is mixed from seed, replicate and stream name by SplitMix64
(Steele, Lea & Flood 2014). No state, no order: adding a rule never shifts another rule's draws, arms of one replicate
share every draw, and any number of threads gives the same bits. Uniforms come from the top 24 bits, never 0 or 1.

`squares32`, `month_key` and `uniform` exist twice: in plain Python here (the definition) and compiled (`*_kernel`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import numba
import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from .numerics.normal_quantile import replace_by_quantiles
from .user_input import checked_seed

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_GOLDEN_64 = np.uint64(_GOLDEN)
_SHIFT = np.uint64(32)
# The arms of one replicate repeat the same single draws, so these pure functions are cached.
_CACHE_SIZE = 1 << 14

FloatArray = npt.NDArray[np.float64]
Result = TypeVar("Result")
MOST_KEPT = 4096


def splitmix64(x: int) -> int:
    """Mix 64 bits so that neighbouring inputs give unrelated outputs (Steele, Lea & Flood 2014)."""
    x = (x + _GOLDEN) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def stream_key(seed: int, replicate: int, stream: str) -> int:
    """Return the key of one named stream of one replicate: 64 bits, odd."""
    name = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest(), "little")
    return splitmix64(splitmix64(splitmix64(seed & _MASK) ^ (replicate & _MASK)) ^ name) | 1


def month_key(key: int, month: int) -> int:
    """Return the key of one month of a stream; month may be any integer of 64 bits."""
    return splitmix64(key ^ ((month * _GOLDEN) & _MASK)) | 1


def squares32(counter: int, key: int) -> int:
    """Return 32 random bits of a counter under a key (Widynski 2020, four rounds)."""
    x = (counter * key) & _MASK
    y = x
    z = (y + key) & _MASK
    x = (x * x + y) & _MASK
    x = ((x >> 32) | (x << 32)) & _MASK
    x = (x * x + z) & _MASK
    x = ((x >> 32) | (x << 32)) & _MASK
    x = (x * x + y) & _MASK
    x = ((x >> 32) | (x << 32)) & _MASK
    return ((x * x + z) & _MASK) >> 32


@lru_cache(maxsize=_CACHE_SIZE)
def uniform(key: int, agent: int, month: int = 0) -> float:
    """Return one uniform draw, strictly between 0 and 1."""
    # squares32(agent, month_key(key, month)), compiled. The key is passed signed: numba unboxes signed integers faster.
    bits = int(_squares32_of_month(key - (1 << 64) if key >> 63 else key, agent, month))
    return ((bits >> 8) + 0.5) * 2.0**-24


@lru_cache(maxsize=_CACHE_SIZE)
def normal(key: int, agent: int, month: int = 0) -> float:
    """Return one standard normal draw, by inversion."""
    return float(ndtri(uniform(key, agent, month)))


def gumbel(u: float) -> float:
    """Return the standard Gumbel quantile of a uniform."""
    return -math.log(-math.log(u))


@lru_cache(maxsize=_CACHE_SIZE)
def persistent_gumbel(key: int, agent: int, long_month: int, month: int, persistence: float) -> float:
    """Return a Gumbel draw that shares part of its randomness with all draws of the same `long_month`.

    persistence: share of the underlying normal's variance that comes from `long_month`; the rest is new in `month`.
    The marginal is exactly Gumbel (Gaussian copula). The new part uses agents from 2**20 on: no draw is used twice.
    """
    lasting = normal(key, agent, long_month)
    fresh = normal(key, agent + (1 << 20), month)
    mixed = math.sqrt(persistence) * lasting + math.sqrt(1.0 - persistence) * fresh
    return gumbel(min(max(0.5 * math.erfc(-mixed / math.sqrt(2.0)), 2.0**-53), 1.0 - 2.0**-53))


@numba.njit(cache=True, error_model="numpy", inline="always")
def month_key_kernel(key: np.uint64, month: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """Return what `month_key` returns, in compiled code."""
    x = (key ^ (month * _GOLDEN_64)) + _GOLDEN_64
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))) | np.uint64(1)


@numba.njit(cache=True, error_model="numpy", inline="always")
def squares32_kernel(counter: np.uint64, key: np.uint64) -> np.uint32:  # pragma: no cover - compiled
    """Return what `squares32` returns, in compiled code."""
    x = counter * key
    y = x
    z = y + key
    x = x * x + y
    x = (x >> _SHIFT) | (x << _SHIFT)
    x = x * x + z
    x = (x >> _SHIFT) | (x << _SHIFT)
    x = x * x + y
    x = (x >> _SHIFT) | (x << _SHIFT)
    return np.uint32((x * x + z) >> _SHIFT)


@numba.njit(cache=True, error_model="numpy")
def _squares32_of_month(key: int, agent: int, month: int) -> np.uint32:  # pragma: no cover - compiled
    return squares32_kernel(np.uint64(agent), month_key_kernel(np.uint64(key), np.uint64(month)))


@numba.njit(cache=True, error_model="numpy")
def _fill_uniforms(key: np.uint64, first: np.uint64, out: FloatArray) -> None:  # pragma: no cover - compiled
    for i in range(out.size):
        bits = squares32_kernel(first + np.uint64(i), key) >> np.uint32(8)
        out[i] = (np.float64(bits) + 0.5) * 2.0**-24


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _fill_uniforms_threads(key: np.uint64, first: np.uint64, out: FloatArray) -> None:  # pragma: no cover - compiled
    for i in numba.prange(out.size):
        bits = squares32_kernel(first + np.uint64(i), key) >> np.uint32(8)
        out[i] = (np.float64(bits) + 0.5) * 2.0**-24


def uniforms(key: int, count: int, month: int = 0, *, first: int = 0, threads: bool = False) -> FloatArray:
    """Return uniform draws of agents first .. first+count-1; shape (count,), float64; the same bits as `uniform`."""
    out = np.empty(count, dtype=np.float64)
    fill = _fill_uniforms_threads if threads else _fill_uniforms
    fill(np.uint64(month_key(key, month)), np.uint64(first), out)
    return out


def normals(key: int, count: int, month: int = 0) -> FloatArray:
    """Return standard normal draws of agents 0 .. count-1, by inversion; shape (count,)."""
    out = uniforms(key, count, month)
    replace_by_quantiles(out)
    return out


class Draws:
    """The named streams of one replicate. Immutable; every arm and fork shares them.

    Streams of parties and agencies are named by role (author, opponent), never by label, so that `mirror` swaps the
    parties of a world without changing a draw.
    """

    __slots__ = ("_keys", "_once", "replicate", "seed")

    def __init__(self, seed: int, replicate: int) -> None:
        """Open the streams of a replicate; seed: root seed; replicate: its number. Both 0 to 2^64 - 1 (ValueError)."""
        self.seed = checked_seed(seed)
        self.replicate = checked_seed(replicate, "replicate")
        self._keys: dict[str, int] = {}
        self._once: dict[tuple[Any, ...], Any] = {}

    def __reduce__(self) -> tuple[type[Draws], tuple[int, int]]:
        """Pickle seed and replicate alone: all else follows from them."""
        return Draws, (self.seed, self.replicate)

    def once(self, key: tuple[Any, ...], compute: Callable[[], Result]) -> Result:
        """Return `compute()`, called once per key for all arms of the replicate; nobody may write to the result.

        key: a name and everything the result depends on besides seed and replicate.
        """
        known = self._once.get(key)
        if known is None:
            if len(self._once) >= MOST_KEPT:
                self._once.clear()
            known = self._once[key] = compute()
        result: Result = known
        return result

    def key(self, stream: str) -> int:
        """Return the key of a named stream."""
        key = self._keys.get(stream)
        if key is None:
            key = self._keys[stream] = stream_key(self.seed, self.replicate, stream)
        return key

    def uniform(self, stream: str, agent: int = 0, month: int = 0) -> float:
        """Return one uniform draw of a stream."""
        return uniform(self.key(stream), agent, month)

    def normal(self, stream: str, agent: int = 0, month: int = 0) -> float:
        """Return one standard normal draw of a stream."""
        return normal(self.key(stream), agent, month)

    def uniforms(self, stream: str, count: int, month: int = 0) -> FloatArray:
        """Return uniform draws of agents 0 .. count-1; shape (count,)."""
        return uniforms(self.key(stream), count, month)

    def normals(self, stream: str, count: int, month: int = 0) -> FloatArray:
        """Return standard normal draws of agents 0 .. count-1; shape (count,)."""
        return normals(self.key(stream), count, month)


@lru_cache(maxsize=2, typed=True)
def draws_of(seed: int, replicate: int) -> Draws:
    """Return the draws of a replicate; all of its arms get the same object and share its cache."""
    return Draws(seed, replicate)
