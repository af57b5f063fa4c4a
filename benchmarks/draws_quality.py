"""The draws under dieharder: every named stream, agents first and months first.

    python benchmarks/draws_quality.py --out dieharder.csv --short
    python benchmarks/draws_quality.py --out dieharder.csv --summary

needs Robert G. Brown's `dieharder` (Debian and Ubuntu: package dieharder). It tests the 32 bits of
`squares32` under the keys that the model uses; a uniform is their top 24 bits. They go through a pipe into
`dieharder -g 200` (stdin_input_raw), one process a test: agent-major is months 0 .. 599 of agent 0, then of agent 1,
and so on; month-major agents 0 .. 9,999 of month 0, then of month 1, and so on. Every process reads a replicate of its
own from its first number on, so that no two tests read the same numbers. Streams are those of streams.txt, which a
test compares with the streams that runs use. A test with a row that ends WEAK or FAILED is run once more, with more
p-samples, on a fresh replicate. Tests that `--out` (csv, or csv.gz) already holds are not run again. Arguments after
`--` go to dieharder.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from dieharder_table import (
    HEADER,
    NAMES,
    PSAMPLE_VALUES,
    Case,
    Row,
    cases,
    find_dieharder,
    opened,
    parse,
    read_rows,
    summary,
)

from political_moat.agents.draws import month_key, squares32_kernel, stream_key

STREAMS = Path(__file__).with_name("streams.txt")
ORDERS = ("agent-major", "month-major")
MONTHS = 600
"""Months of an agent in agent-major order: the longest histories of the model are 12 terms of 48 months."""
AGENTS = 10_000
"""Agents of a month in month-major order: the model's usual number of voters."""
SEED = 20250807
BUFFER_AGENTS, BUFFER_MONTHS = 1_000, 60
"""Agents, and months, of one piece of 600,000 numbers."""
MORE_PSAMPLES = 10
"""Number of p-values of a repeat."""
LONG = {"rgb_lagged_sum", "marsaglia_tsang_gcd", "dab_bytedistrib", "dab_dct", "dab_filltree", "dab_filltree2"}
LONG |= {"dab_monobit2"}
"""Tests that take ten times longer than others: `--short` gives them a tenth of dieharder's own number of samples."""

Words = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.uint64]


class Job(NamedTuple):
    """One run of dieharder: a test of one stream in one order."""

    stream: str
    order: str
    case: Case
    psamples: int
    tsamples: int
    attempt: int
    replicate: int

    @property
    def mark(self) -> tuple[str, ...]:
        """Return the values that identify the job in a file of results."""
        shown = (self.case.test, str(self.case.ntuple), str(self.psamples), str(self.tsamples), str(self.attempt))
        return (self.stream, self.order, *shown)


@numba.njit(error_model="numpy")
def fill_agent_major(keys: Keys, first: np.uint64, out: Words) -> None:  # pragma: no cover - compiled
    for i in range(out.size // keys.size):
        for m in range(keys.size):
            out[i * keys.size + m] = squares32_kernel(first + np.uint64(i), keys[m])


@numba.njit(error_model="numpy")
def fill_month_major(keys: Keys, agents: int, out: Words) -> None:  # pragma: no cover - compiled
    for m in range(keys.size):
        for i in range(agents):
            out[m * agents + i] = squares32_kernel(np.uint64(i), keys[m])


def month_keys(key: int, first: int, count: int) -> Keys:
    """Return the keys of consecutive months of a stream; shape (count,)."""
    return np.array([month_key(key, month) for month in range(first, first + count)], dtype=np.uint64)


def agent_major(key: int) -> Iterator[Words]:
    """Yield months 0 .. 599 of agent 0, of agent 1, ... without end, in pieces; each piece overwrites the last."""
    keys, out, first = month_keys(key, 0, MONTHS), np.empty(BUFFER_AGENTS * MONTHS, dtype=np.uint32), 0
    while True:
        fill_agent_major(keys, np.uint64(first), out)
        yield out
        first += BUFFER_AGENTS


def month_major(key: int) -> Iterator[Words]:
    """Yield agents 0 .. 9,999 of month 0, of month 1, ... without end, in pieces; each piece overwrites the last."""
    out, first = np.empty(AGENTS * BUFFER_MONTHS, dtype=np.uint32), 0
    while True:
        fill_month_major(month_keys(key, first, BUFFER_MONTHS), AGENTS, out)
        yield out
        first += BUFFER_MONTHS


NUMBERS: dict[str, Callable[[int], Iterator[Words]]] = dict(zip(ORDERS, (agent_major, month_major), strict=True))


def stream_names() -> list[str]:
    """Return the names in streams.txt, which has one name a line."""
    lines = STREAMS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run(job: Job, program: str, passed: Sequence[str]) -> list[Row]:
    """Run dieharder for one job; return the rows of its table."""
    command = [program, "-g", "200", "-d", str(job.case.number), "-p", str(job.psamples)]
    # dab_monobit2 must keep the word length that dieharder computes from the number of samples.
    command += ["-n", str(job.case.ntuple)] if job.case.ntuple else []
    command += ["-t", str(job.tsamples)] if job.tsamples else []
    for column in ("test_name", "ntuple", "tsamples", "psamples", "pvalues", "assessment", PSAMPLE_VALUES):
        command += ["-D", column]
    command += ["-c", ",", *passed]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    pipe, process.stdin = process.stdin, None
    assert pipe is not None
    # The pipe breaks when dieharder has read enough; closing it then raises the same error.
    with contextlib.suppress(OSError), pipe:
        for words in NUMBERS[job.order](stream_key(SEED, job.replicate, job.stream)):
            pipe.write(words.data)
    shown, errors = process.communicate()
    rows = parse(shown.decode(), job.case)
    if not rows:
        raise SystemExit(f"dieharder gave no rows for {' '.join(command)}: {errors.decode().strip() or shown.decode()}")
    return rows


def first_jobs(options: argparse.Namespace, program: str) -> Iterator[Job]:
    """Yield every test of every stream and order; its place in the list of tests is the replicate that it reads."""
    for stream in options.streams or stream_names():
        for order in options.orders or ORDERS:
            for place, case in enumerate(cases(program)):
                if options.tests and case.test not in options.tests:
                    continue
                tsamples = case.tenth if options.short and case.test in LONG else 0
                yield Job(stream, order, case, options.psamples, tsamples, 0, place)


def again(job: Job, had: int) -> Job:
    """Return the job on a fresh replicate, with more p-values than `had`."""
    more = max(MORE_PSAMPLES, 2 * had)
    return job._replace(psamples=more, attempt=1, replicate=job.replicate + 1_000)


def work(options: argparse.Namespace, program: str) -> None:
    """Run what the file of results does not hold yet; rows of one process are written together."""
    out: Path = options.out
    done: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for one in read_rows(out):
        done.setdefault((one["stream"], one["order"], one["test"], one["ntuple_asked"], *_how(one)), []).append(one)
    new = not out.is_file()
    started, count = time.monotonic(), 0
    with opened(out, "at") as stream:
        writer = csv.DictWriter(stream, HEADER, lineterminator="\n")
        if new:
            writer.writeheader()

        def finish(job: Job) -> bool:
            """Return whether all of the job's rows passed; run the job if it is not in the file."""
            nonlocal count
            if job.mark not in done:
                rows = run(job, program, options.passed)
                written = [{**_columns(job), **row._asdict()} for row in rows]
                writer.writerows(written)
                stream.flush()
                done[job.mark] = [{key: str(value) for key, value in one.items()} for one in written]
                count += 1
            return all(one["judged"] == "PASSED" for one in done[job.mark])

        for job in first_jobs(options, program):
            if options.minutes and time.monotonic() - started > 60.0 * options.minutes:
                print(f"stopped after {options.minutes:g} minutes, before {job.stream}, {job.order}, {job.case.test}")
                break
            if not finish(job) and options.repeat:
                finish(again(job, int(done[job.mark][0]["psamples"])))
    print(f"{count} runs of dieharder in {time.monotonic() - started:,.0f} s", file=sys.stderr)


def _how(one: dict[str, str]) -> tuple[str, str, str]:
    return one["psamples_asked"], one["tsamples_asked"], one["attempt"]


def _columns(job: Job) -> dict[str, Any]:
    return {
        "stream": job.stream,
        "order": job.order,
        "attempt": job.attempt,
        "ntuple_asked": job.case.ntuple,
        "psamples_asked": job.psamples,
        "tsamples_asked": job.tsamples,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--out", type=Path, required=True, help="csv of results; rows in it are not run again")
    arguments.add_argument("--streams", nargs="+", metavar="NAME", help="default: all of streams.txt")
    arguments.add_argument("--orders", nargs="+", choices=ORDERS, help="default: both")
    arguments.add_argument("--tests", nargs="+", metavar="TEST", help="names as in dieharder's table; default: all")
    arguments.add_argument("--psamples", type=int, default=1, help="p-values a test; 0: dieharder's own number")
    arguments.add_argument("--short", action="store_true", help="a tenth of the samples in the seven longest tests")
    arguments.add_argument("--no-repeat", dest="repeat", action="store_false", help="leave WEAK rows as they are")
    arguments.add_argument("--minutes", type=float, default=0.0, help="begin no test after so many minutes")
    arguments.add_argument("--summary", action="store_true", help="run nothing, print the summary of --out")
    known = sys.argv[1:]
    passed = known[known.index("--") + 1 :] if "--" in known else []
    options = arguments.parse_args(known[: known.index("--")] if "--" in known else known)
    options.passed = passed
    unknown = sorted(set(options.streams or ()) - set(stream_names()))
    if unknown:
        raise SystemExit(f"no stream is called {', '.join(map(repr, unknown))}; {STREAMS.name} has the names")
    strange = sorted(set(options.tests or ()) - set(NAMES.values()))
    if strange:
        raise SystemExit(f"dieharder has no test called {', '.join(strange)}; it has {', '.join(NAMES.values())}")
    if not options.summary:
        work(options, find_dieharder())
    wanted = [(one, order) for one in options.streams or stream_names() for order in options.orders or ORDERS]
    print("\n".join(summary(read_rows(options.out), wanted)))


if __name__ == "__main__":
    main()
