"""Draws: known bits, the same bits compiled and threaded, uniform, unrelated across streams, months and agents."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from political_moat.agents import draws
from political_moat.agents.draws import Draws

WORD = st.integers(0, 2**64 - 1)
SMALL_P = 1e-5
"""Level of every test of distribution here: draws are fixed, so a sound generator passes for good."""

PUBLISHED_KEY = 0x3BC8BCA4D301945B
PUBLISHED = (0x0E03102B5167EA8B, 0x943AC4D0E59F61D7, 0x8DE3053855A66612, 0x163E8E1AC0FE52F5, 0x8D143CBFDC3AD0E9)
"""First words of squares-32-testset-1.csv of the package randomgen, written by Widynski's own C code.

Word i holds the value of counter 2i in its low half and that of 2i + 1 in its high half.
"""


COMPILED: Any = draws.squares32_kernel


def numpy_squares32(counter: int, key: int) -> int:
    """A second implementation, on numpy's wrapping 64-bit words and byte order instead of masks and shifts."""
    with np.errstate(over="ignore"):
        weyl = np.array([counter], np.uint64) * np.array([key], np.uint64)
        after = weyl + np.array([key], np.uint64)
        x = weyl.copy()
        for added in (weyl, after, weyl):
            x = x * x + added
            x = np.ascontiguousarray(x.view(np.uint32)[::-1]).view(np.uint64)
        x = x * x + after
    return int(x.view(np.uint32)[1 if np.little_endian else 0])


def test_squares32_gives_the_published_words() -> None:
    words = [draws.squares32(2 * i, PUBLISHED_KEY) | draws.squares32(2 * i + 1, PUBLISHED_KEY) << 32 for i in range(5)]
    assert tuple(words) == PUBLISHED


@given(counter=WORD, key=WORD)
def test_plain_compiled_and_second_implementation_give_the_same_bits(counter: int, key: int) -> None:
    expected = draws.squares32(counter, key)
    assert 0 <= expected < 2**32
    assert numpy_squares32(counter, key) == expected
    assert int(COMPILED(np.uint64(counter), np.uint64(key))) == expected


@given(key=WORD, month=st.integers(-600, 10_000), first=st.integers(0, 2**40))
def test_the_filled_array_is_the_plain_draw_of_each_agent(key: int, month: int, first: int) -> None:
    filled = draws.uniforms(key, 7, month, first=first)
    assert filled.tolist() == [draws.uniform(key, first + i, month) for i in range(7)]


@pytest.mark.parametrize("threads", [1, 2])
def test_one_thread_and_many_give_the_same_bits(threads: int) -> None:
    key = draws.stream_key(5, 2, "age")
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before))
    try:
        many = draws.uniforms(key, 200_001, 3, threads=True)
    finally:
        numba.set_num_threads(before)
    assert many.tobytes() == draws.uniforms(key, 200_001, 3).tobytes()


@given(key=WORD, agent=st.integers(0, 2**40), month=st.integers(0, 10_000))
def test_a_uniform_is_the_middle_of_one_of_2_to_the_24_cells(key: int, agent: int, month: int) -> None:
    value = draws.uniform(key, agent, month)
    cell = value * 2.0**24 - 0.5
    assert cell == int(cell)
    assert int(cell) == draws.squares32(agent, draws.month_key(key, month)) >> 8


@pytest.mark.parametrize("bits", [0, 2**32 - 1])
def test_a_uniform_is_never_0_or_1_whatever_the_bits(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "_squares32_of_month", lambda key, agent, month: bits)
    value = draws.uniform(1, 0)
    assert 0.0 < value < 1.0
    assert math.isfinite(draws.gumbel(value))
    assert math.isfinite(draws.normal(1, 0))


def test_uniforms_fill_their_cells_evenly() -> None:
    many = draws.uniforms(draws.stream_key(0, 0, "income"), 1_000_000)
    counts = np.bincount((many * 1000).astype(int), minlength=1000)
    assert stats.chisquare(counts).pvalue > SMALL_P
    assert 0.0 < many.min() < many.max() < 1.0


def test_low_bits_are_as_even_as_high_ones() -> None:
    many = draws.uniforms(draws.stream_key(0, 0, "belief"), 1_000_000)
    low = np.bincount((many * 2.0**24).astype(np.int64) & 1023, minlength=1024)
    assert stats.chisquare(low).pvalue > SMALL_P


def test_normals_are_normal() -> None:
    assert stats.kstest(draws.normals(draws.stream_key(0, 0, "party"), 100_000), "norm").pvalue > SMALL_P


def largest_correlation(rows: np.ndarray) -> float:
    return float(np.abs(np.corrcoef(rows) - np.eye(len(rows))).max())


def bound(pairs: int, count: int) -> float:
    """Largest of `pairs` correlations of `count` independent draws, at level SMALL_P (Bonferroni)."""
    return float(stats.norm.isf(SMALL_P / (2.0 * pairs)) / math.sqrt(count))


COUNT = 50_000
LISTS = {
    "streams": [draws.uniforms(draws.stream_key(1, 0, name), COUNT) for name in ("a", "b", "age", "income", "agf", "")],
    "months": [draws.uniforms(draws.stream_key(1, 0, "age"), COUNT, month) for month in (*range(10), 24, 48, 960)],
    "seeds": [draws.uniforms(draws.stream_key(seed, 0, "age"), COUNT) for seed in (*range(8), 2**32, 2**63)],
    "replicates": [draws.uniforms(draws.stream_key(0, replicate, "age"), COUNT) for replicate in range(10)],
    "neighbouring agents": [
        draws.uniforms(draws.stream_key(0, 0, "age"), COUNT, first=lag) for lag in (0, 1, 2, 3, 512, 2**20)
    ],
}


@pytest.mark.parametrize("kind", LISTS)
def test_draws_are_uncorrelated_between(kind: str) -> None:
    rows = np.array(LISTS[kind])
    assert largest_correlation(rows) < bound(len(rows) * (len(rows) - 1) // 2, COUNT)


def test_seed_and_replicate_are_not_interchangeable() -> None:
    keys = {draws.stream_key(seed, replicate, "x") for seed in range(30) for replicate in range(30)}
    assert len(keys) == 900


def test_draws_of_a_month_over_many_months_are_uniform() -> None:
    key = draws.stream_key(2, 0, "valence")
    many = np.array([draws.uniform(key, 0, month) for month in range(20_000)])
    assert stats.kstest(many, "uniform").pvalue > SMALL_P
    assert abs(np.corrcoef(many[1:], many[:-1])[0, 1]) < bound(1, many.size)


def test_a_replicates_streams_are_those_of_its_key() -> None:
    one, again = Draws(3, 4), Draws(3, 4)
    again.normal("something else", 5, 6)
    assert one.uniform("age", 7, 8) == draws.uniform(draws.stream_key(3, 4, "age"), 7, 8)
    assert one.uniforms("age", 9, 8)[7] == one.uniform("age", 7, 8)
    assert one.normals("age", 9, 8)[7] == pytest.approx(one.normal("age", 7, 8), rel=1e-14)
    assert one.uniform("age", 7, 8) == again.uniform("age", 7, 8)
    assert one.uniform("age", 7, 8) != one.uniform("agf", 7, 8)


def gumbels(persistence: float, replicates: int, month: int, long_month: int = 0) -> np.ndarray:
    return np.array(
        [
            draws.persistent_gumbel(draws.stream_key(9, r, "choice"), 3, long_month, month, persistence)
            for r in range(replicates)
        ]
    )


@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.9, 1.0])
def test_a_persistent_gumbel_is_gumbel_whatever_its_persistence(persistence: float) -> None:
    assert stats.kstest(gumbels(persistence, 4000, 15), "gumbel_r").pvalue > SMALL_P


@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.9])
def test_the_normals_beneath_persistent_gumbels_correlate_by_the_persistence(persistence: float) -> None:
    count = 4000
    quarters = [stats.norm.ppf(stats.gumbel_r.cdf(gumbels(persistence, count, month))) for month in (15, 18)]
    found = np.corrcoef(quarters)[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(persistence)) < 4.0 / math.sqrt(count - 3)


def test_a_taste_that_lasts_does_not_change_within_a_term_and_does_between_terms() -> None:
    assert gumbels(1.0, 50, 51, 48).tolist() == gumbels(1.0, 50, 90, 48).tolist()
    assert largest_correlation(np.array([gumbels(1.0, 4000, 51, 0), gumbels(1.0, 4000, 51, 48)])) < bound(1, 4000)
