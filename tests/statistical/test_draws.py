"""Draws of streams and of neighbouring agents, months, replicates and seeds are independent, and the tests have power.

Words are the 32 bits of squares32 under the model's keys. Pairs never share a word within a test of bins, so that every
null distribution is the textbook one. Holm's correction covers all tests of one kind of neighbour at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from scipy import stats

from political_moat.agents.draws import month_key, squares32_kernel, stream_key

pytestmark = pytest.mark.statistical
ROOT = Path(__file__).parents[2]
STREAMS = [
    line
    for line in (ROOT / "benchmarks" / "streams.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
SEED = 20250807
NEIGHBOURS = 8
"""Number of replicates, and of seeds, compared with the first."""
SEEDS = range(SEED, SEED + 200, 10)
"""Twenty seeds, farther apart than NEIGHBOURS: no pair is tested twice."""
AGENTS, MONTHS = 1024, 96
AGENT_LAGS = (*range(1, 17), 32, 64, 128, 256, 512)
MONTH_LAGS = (*range(1, 13), 24, 48)
LEVEL = 0.01
BINS = 16
TESTS = ("linear", "squares", "bins", "bits")
MASK = (1 << 64) - 1

Words = np.ndarray[Any, np.dtype[np.uint32]]
PValues = np.ndarray[Any, np.dtype[np.float64]]
Pair = tuple[Words, Words]


class Plan(NamedTuple):
    """Key of each month, and counter of the first agent in each month."""

    keys: list[int]
    first: list[int]


Generator = Callable[[int, int, str], Plan]


def ours(seed: int, replicate: int, stream: str) -> Plan:
    key = stream_key(seed, replicate, stream)
    return Plan([month_key(key, month) for month in range(MONTHS)], [0] * MONTHS)


@numba.njit
def _fill(keys: Words, first: Words, out: Words) -> None:  # pragma: no cover - compiled
    for m in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[m, i] = squares32_kernel(first[m] + np.uint64(i), keys[m])


@lru_cache(maxsize=len(STREAMS) + 2)
def words(generator: Generator, seed: int, replicate: int, stream: str) -> Words:
    """Return 32 bits of every agent in every month; shape (MONTHS, AGENTS)."""
    plan = generator(seed, replicate, stream)
    out = np.empty((MONTHS, AGENTS), dtype=np.uint32)
    _fill(np.array(plan.keys, dtype=np.uint64), np.array(plan.first, dtype=np.uint64), out)
    return out


@numba.njit
def _ones(word: np.uint32) -> np.uint32:  # pragma: no cover - compiled
    """Return the number of bits that are 1, by sums of neighbouring groups of bits."""
    pairs = np.uint32(word - ((word >> np.uint32(1)) & np.uint32(0x55555555)))
    fours = np.uint32((pairs & np.uint32(0x33333333)) + ((pairs >> np.uint32(2)) & np.uint32(0x33333333)))
    bytes_ = np.uint32((fours + (fours >> np.uint32(4))) & np.uint32(0x0F0F0F0F))
    return np.uint32(np.uint32(bytes_ * np.uint32(0x01010101)) >> np.uint32(24))


@numba.njit(fastmath=True)
def _scores(a: Words, b: Words, between: float) -> tuple[float, float, float, float]:  # pragma: no cover - compiled
    """Return standard normal scores, and for bins a chi-square, in the order of TESTS; fastmath permits vector sums."""
    n = a.size
    linear, squares = 0.0, 0.0
    for i in range(n):
        # A signed word is the uniform less a half, times 2^32; its conversion to float is faster.
        x = (np.int32(a[i] ^ np.uint32(1 << 31)) + 0.5) * 2.0**-32
        y = (np.int32(b[i] ^ np.uint32(1 << 31)) + 0.5) * 2.0**-32
        linear += x * y
        squares += (x * x - 1.0 / 12.0) * (y * y - 1.0 / 12.0)
    table = np.zeros((BINS, BINS), dtype=np.int64)
    for i in range(n):
        table[a[i] >> np.uint32(28), b[i] >> np.uint32(28)] += 1
    contrasts = float(n) ** 2 / BINS**2
    for i in range(BINS):
        row, column = 0.0, 0.0
        for j in range(BINS):
            contrasts += float(table[i, j]) ** 2
            row += table[i, j]
            column += table[j, i]
        contrasts -= (row**2 + column**2) / BINS
    differing = 0
    for i in range(n):
        differing += _ones(np.uint32(a[i] ^ b[i]))
    root = np.sqrt(n)
    bits = (differing + between - 16.0 * n) / np.sqrt(8.0) / root
    return linear * 12.0 / root, squares * 180.0 / root, contrasts * BINS**2 / n, bits


def compared(pairs: Iterable[Pair]) -> PValues:
    """Return two-sided p-values of the independence of paired words; shape (pairs, TESTS).

    linear: product of the uniforms less a half, variance 1/144. squares: the same of their squares less 1/12, variance
    1/180 each. bins: chi-square of the 15 x 15 contrasts of 16 x 16 cells, two-sided: counts may also be too even.
    Margins do not enter it, because pairs with a common stream share one. bits: how many of the 32 differ, binomial,
    plus a uniform of numpy between -.5 and .5, so that p has no steps.
    """
    uniforms = np.random.default_rng(SEED)
    scores = np.array(
        [
            _scores(np.ascontiguousarray(a).ravel(), np.ascontiguousarray(b).ravel(), uniforms.random() - 0.5)
            for a, b in pairs
        ]
    )
    p = 2.0 * stats.norm.sf(np.abs(scores))
    chi, shape = scores[:, TESTS.index("bins")], (BINS - 1) ** 2
    p[:, TESTS.index("bins")] = 2.0 * np.minimum(stats.chi2.sf(chi, shape), stats.chi2.cdf(chi, shape))
    return np.asarray(p)


def apart(block: Words, lag: int) -> Pair:
    """Return rows at a lag, with no row in two pairs."""
    places = np.arange(len(block) - lag)
    places = places[places % (2 * lag) < lag]
    return block[places], block[places + lag]


def stream_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    for first, second in combinations(STREAMS, 2):
        yield words(generator, seed, 0, first), words(generator, seed, 0, second)


def agent_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    for stream in STREAMS:
        agents = np.ascontiguousarray(words(generator, seed, 0, stream).T)
        for lag in AGENT_LAGS:
            yield apart(agents, lag)


def month_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    for stream in STREAMS:
        for lag in MONTH_LAGS:
            yield apart(words(generator, seed, 0, stream), lag)


def diagonal_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    """Pair an agent with its next neighbours in the month before and in the month after."""
    for stream in STREAMS:
        block = words(generator, seed, 0, stream)
        now, then = block[0::2], block[1::2]
        for lag in (1, 2, 3):
            yield now[:, lag:], then[:, :-lag]
            yield now[:, :-lag], then[:, lag:]


def replicate_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    for stream in STREAMS:
        for replicate in range(1, NEIGHBOURS + 1):
            yield words(generator, seed, 0, stream), words(generator, seed, replicate, stream)


def seed_pairs(generator: Generator, seed: int) -> Iterator[Pair]:
    """Pair neighbouring seeds, and a replicate with the replicate before it under the next seed."""
    for stream in STREAMS:
        for neighbour in range(seed + 1, seed + NEIGHBOURS + 1):
            yield words(generator, seed, 0, stream), words(generator, neighbour, 0, stream)
        yield words(generator, seed, 1, stream), words(generator, seed + 1, 0, stream)


KINDS: dict[str, Callable[[Generator, int], Iterator[Pair]]] = {
    "every pair of streams": stream_pairs,
    "neighbouring agents": agent_pairs,
    "neighbouring months": month_pairs,
    "next agent, next month": diagonal_pairs,
    "neighbouring replicates": replicate_pairs,
    "neighbouring seeds": seed_pairs,
}
SPREAD_LEVEL = LEVEL / (len(KINDS) * len(TESTS))


@cache
def p_values(kind: str, generator: Generator, seed: int) -> PValues:
    """Return the p-values of all tests; shape (pairs, tests)."""
    return compared(KINDS[kind](generator, seed))


def holm(p: PValues) -> PValues:
    """Return Holm's adjusted p-values (Holm 1979), sorted."""
    ordered = np.sort(p.ravel())
    return np.minimum(np.maximum.accumulate(ordered * np.arange(ordered.size, 0, -1)), 1.0)


@cache
def pooled(kind: str) -> PValues:
    """Return the p-values of our generator with all seeds; shape (seeds x pairs, tests)."""
    return np.concatenate([p_values(kind, ours, seed) for seed in SEEDS])


def spread(p: PValues) -> float:
    """Return the Kolmogorov-Smirnov p of p-values against uniform."""
    return float(stats.kstest(p, "uniform").pvalue)


def row(kind: str) -> str:
    """Return the line of a kind in the table of docs/draws.md."""
    p = p_values(kind, ours, SEED)
    many = pooled(kind)
    even = min(spread(column) for column in many.T)
    return f"| {kind} | {len(p):,} | {p.size:,} | {p.min():.1e} | {holm(p)[0]:.2f} | {many.size:,} | {even:.4f} |"


def independent(kind: str, generator: Generator) -> bool:
    """Return whether no pair of a kind shows a dependence with the first seed, at LEVEL over all pairs and tests."""
    return bool(holm(p_values(kind, generator, SEED))[0] > LEVEL)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_are_independent_of(kind: str) -> None:
    assert independent(kind, ours)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", TESTS)
def test_no_dependence_too_small_for_one_pair_shows_in_many(kind: str, test: str) -> None:
    assert spread(pooled(kind)[:, TESTS.index(test)]) > SPREAD_LEVEL


@pytest.mark.parametrize("kind", KINDS)
def test_the_docs_show_the_measured_p_values(kind: str) -> None:
    lines = (ROOT / "docs" / "draws.md").read_text(encoding="utf-8").splitlines()
    assert row(kind) in lines


def unmixed_month(seed: int, replicate: int, stream: str) -> Plan:
    """Plan without SplitMix64 of the month: the month is added to the key, which is made odd."""
    key = stream_key(seed, replicate, stream)
    return Plan([((key + month) & MASK) | 1 for month in range(MONTHS)], [0] * MONTHS)


def unmixed_stream(seed: int, replicate: int, stream: str) -> Plan:
    """Plan without SplitMix64 of the stream: seed, replicate and the first letters of the name are added."""
    key = (seed + replicate + int.from_bytes(stream.encode()[:8], "little")) & MASK | 1
    return Plan([month_key(key, month) for month in range(MONTHS)], [0] * MONTHS)


def agent_plus_month(seed: int, replicate: int, stream: str) -> Plan:
    """Plan with one key for all months; the counter is agent + month."""
    return Plan([stream_key(seed, replicate, stream)] * MONTHS, list(range(MONTHS)))


def small_key(seed: int, replicate: int, stream: str) -> Plan:
    """Plan with keys of 16 bits, too short for squares: counter times key stays small."""
    key = stream_key(seed, replicate, stream)
    return Plan([(month_key(key, month) >> 48) | 1 for month in range(MONTHS)], [0] * MONTHS)


BAD = [
    ("every pair of streams", unmixed_stream),
    ("neighbouring agents", small_key),
    ("neighbouring months", unmixed_month),
    ("next agent, next month", agent_plus_month),
    ("neighbouring replicates", unmixed_stream),
    ("neighbouring seeds", unmixed_stream),
]


@pytest.mark.parametrize(("kind", "generator"), BAD)
def test_a_bad_generator_is_rejected(kind: str, generator: Generator) -> None:
    assert not independent(kind, generator)


def copied(a: Words, b: Words, some: np.ndarray) -> Words:
    """Copy the word of the other block in 3% of places."""
    return np.where(some < 0.03, a, b)


def turned(a: Words, b: Words, some: np.ndarray) -> Words:
    """In 5% of places take the same distance from the middle, on either side: no linear correlation."""
    return np.where(some < 0.025, a, np.where(some < 0.05, ~a, b))


def shuffled(a: Words, b: Words, some: np.ndarray) -> Words:
    """In 10% of places take a cell that the other cell determines; its order keeps linear and squared terms small."""
    cells = np.array([6, 12, 1, 11, 0, 9, 13, 7, 8, 2, 15, 4, 14, 3, 10, 5], dtype=np.uint32)
    return np.where(some < 0.1, cells[a >> 28] << np.uint32(28) | b & np.uint32(0x0FFFFFFF), b).astype(np.uint32)


def low_bits(a: Words, b: Words, some: np.ndarray) -> Words:
    """In 5% of places copy the low byte, which does not enter a uniform."""
    return np.where(some < 0.05, b & np.uint32(0xFFFFFF00) | a & np.uint32(0xFF), b).astype(np.uint32)


PLANTED = (copied, turned, shuffled, low_bits)


@pytest.mark.parametrize(("test", "planted"), list(zip(TESTS, PLANTED, strict=True)), ids=TESTS)
def test_a_slight_dependence_of_one_pair_is_detected_among_thousands(test: str, planted: Callable[..., Words]) -> None:
    a, b = words(ours, SEED, 0, "age"), words(ours, SEED, 0, "income")
    some = words(ours, SEED, 0, "belief") * 2.0**-32
    level = LEVEL / p_values("every pair of streams", ours, SEED).size
    clean, dependent = compared([(a, b), (a, planted(a, b, some))])
    assert min(clean) > level
    assert dependent[TESTS.index(test)] < level


FEW_AGENTS = (62, 37, 27, 26)
"""Numbers of agents, of 1,024, whose dependence moves the score of the test by about half a standard deviation."""


@pytest.mark.parametrize(("test", "planted", "agents"), list(zip(TESTS, PLANTED, FEW_AGENTS, strict=True)), ids=TESTS)
def test_a_dependence_too_small_for_one_pair_is_detected_in_many_seeds(
    test: str, planted: Callable[..., Words], agents: int
) -> None:
    """Plant it in pairs of streams next on the list. Most seeds do not show it alone."""
    some = words(ours, SEED, 1, "belief")[:, :agents] * 2.0**-32

    def weak_pairs(seed: int) -> Iterator[Pair]:
        for first, second in pairwise(STREAMS):
            a, b = words(ours, seed, 0, first), words(ours, seed, 0, second).copy()
            b[:, :agents] = planted(a[:, :agents], b[:, :agents], some)
            yield a, b

    p = np.array([compared(weak_pairs(seed))[:, TESTS.index(test)] for seed in SEEDS])
    assert holm(p)[0] > LEVEL
    assert sum(spread(of_seed) < SPREAD_LEVEL for of_seed in p) < len(SEEDS) / 4
    assert spread(p.ravel()) < SPREAD_LEVEL
