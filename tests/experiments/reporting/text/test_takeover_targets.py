"""Rows and tables about opposed governments, computed here by hand."""

from __future__ import annotations

import math

import pytest

from political_moat.experiments.protocols.targets.design import CONTEST_LAYERS, CONTESTS, FORESIGHTS, MOVES, PHASES
from political_moat.experiments.reporting.text.takeover_targets import (
    contest_lines,
    contest_rows,
    polled_lines,
    polled_rows,
    takeover_lines,
    takeover_rows,
)
from political_moat.experiments.reporting.text.wording import IN_RANGE, MISS, NO_AIM, NO_CASE

Counts = list[dict[str, float]]


def contests(restricted: dict[str, list[float]], takeovers: float = 10.0) -> Counts:
    histories = len(next(iter(restricted.values())))
    none = {f"{contest} {layer} restricted": 0.0 for contest in CONTESTS for layer in CONTEST_LAYERS}
    return [
        none
        | {"contest takeovers": takeovers}
        | {f"{name} restricted": values[number] for name, values in restricted.items()}
        for number in range(histories)
    ]


def test_shares_and_verdicts_of_contests_by_hand() -> None:
    counts = contests(
        {"contested rule": [6.0, 6.0], "contested statute": [9.0, 9.0], "uncontested rule": [1.0, 4.0]}
        | {"uncontested guidance": [3.0, 3.0], "equal statute": [1.0, 1.0]}
    )
    rows = {row.label.removeprefix("P(restricted) "): row for row in contest_rows(counts)}
    assert set(rows) == {f"{contest} {layer}" for contest in CONTESTS for layer in CONTEST_LAYERS}
    assert (rows["contested rule"].estimate, rows["contested rule"].verdict) == (0.6, IN_RANGE)
    assert (rows["contested statute"].estimate, rows["contested statute"].verdict) == (0.9, NO_AIM)
    # .25 is above .15, by less than two errors; .3 without error is a miss.
    uncontested = rows["uncontested rule"]
    assert uncontested.estimate == 0.25
    assert uncontested.error == pytest.approx(math.sqrt(2.0 * (1.5**2 + 1.5**2)) / 20.0)
    assert uncontested.verdict == IN_RANGE
    assert rows["uncontested guidance"].verdict == MISS
    # The aim on equal ideals has no tolerance, and 0 is inside it.
    assert (rows["equal statute"].verdict, rows["equal rule"].verdict) == (MISS, IN_RANGE)
    assert (rows["contested rule"].low, rows["contested rule"].high) == (0.5, 0.7)


def test_no_tolerance_where_there_is_no_error() -> None:
    rows = {row.label: row for row in contest_rows(contests({"uncontested rule": [2.0], "contested rule": [6.0]}))}
    assert math.isnan(rows["P(restricted) uncontested rule"].error)
    assert rows["P(restricted) uncontested rule"].verdict == MISS
    assert rows["P(restricted) contested rule"].verdict == IN_RANGE


def test_a_limit_within_two_errors_is_close_and_zero_is_no_limit() -> None:
    noisy = contests({"contested rule": [4.0, 7.0], "equal rule": [0.0, 0.0]})
    rows = {row.label: row for row in contest_rows(noisy)}
    assert rows["P(restricted) contested rule"].close
    assert not rows["P(restricted) equal rule"].close
    assert not rows["P(restricted) contested statute"].close


def houses(histories: list[tuple[float, float]], stress: list[tuple[float, float]]) -> Counts:
    return [
        {
            **{"takeovers": 1.0, "takeovers_unified": 1.0, "first_takeovers": own, "first_takeovers_unified": both},
            **{"stress_takeovers": installed, "stress_takeovers_unified": unified},
        }
        for (own, both), (installed, unified) in zip(histories, stress, strict=True)
    ]


def test_unified_government_at_takeover_agrees_within_two_errors_of_the_difference() -> None:
    histories = [(4.0, 1.0), (4.0, 3.0), (4.0, 2.0)]
    own, first, stress = takeover_rows(houses(histories, [(4.0, 2.0), (4.0, 1.0), (4.0, 2.0)]))
    assert (own.estimate, own.verdict) == (1.0, NO_AIM)
    assert (first.estimate, first.verdict) == (0.5, NO_AIM)
    assert stress.estimate == pytest.approx(5 / 12)
    slack = 2.0 * math.hypot(first.error, stress.error)
    assert (stress.low, stress.high) == pytest.approx((0.5 - slack, 0.5 + slack))
    assert stress.verdict == IN_RANGE
    assert takeover_rows(houses([(4.0, 2.0)] * 3, [(4.0, 1.0)] * 3))[-1].verdict == MISS
    assert takeover_rows(houses([(0.0, 0.0)] * 3, [(4.0, 1.0)] * 3))[-1].verdict == NO_CASE
    assert takeover_rows(houses(histories[:1], [(4.0, 1.0)]))[-1].verdict == NO_CASE


def costs(realised: float, zero: float = 0.5) -> dict[str, float]:
    """Costs of one history. Polls of the exposed arm: twice the realised cost, one and a half times with foresight.

    In the arm without exposure every cost is a fixed share of it, and polls are right.
    """
    row = {}
    for place, move in enumerate(MOVES, start=1):
        for phase in PHASES:
            for end, share, without, foresighted in (("", 1.0, 2.0, 1.5), (" zero", zero, 1.0, 1.0)):
                cost = realised * place * share
                row[f"realised {move} {phase}{end}"] = cost
                row[f"polled {move} {phase} f0{end}"] = without * cost
                row[f"polled {move} {phase} f1{end}"] = foresighted * cost
    return row


def test_polled_over_realised_by_move_phase_and_foresight() -> None:
    rows = polled_rows([costs(1.0), costs(2.0), costs(3.0)])
    assert len(rows) == 2 * len(MOVES) * len(PHASES) * len(FORESIGHTS)
    for row in rows:
        # By exposure: (2 - .5) / (1 - .5) and (1.5 - .5) / (1 - .5).
        without, foresighted = (3.0, 2.0) if "by exposure" in row.label else (2.0, 1.5)
        assert row.estimate == pytest.approx(without if row.label.endswith("f0") else foresighted)
        assert row.error == pytest.approx(0.0)
        assert row.verdict == NO_AIM
    lines = polled_lines(rows)
    assert [line.split("  ")[0] for line in lines[1:]] == [*MOVES, *(f"{move} by exposure" for move in MOVES)]
    assert lines[1].count("2.00 (0.00)") == lines[1].count("1.50 (0.00)") == len(PHASES)
    assert lines[-1].count("3.00 (0.00)") == lines[-1].count("2.00 (0.00)") == len(PHASES)
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_error_of_a_ratio_is_that_of_histories(sign: float) -> None:
    one, two = costs(sign), costs(sign)
    two["polled cap late f0"] = 6.0 * sign + two["polled cap late f0"]
    row = next(row for row in polled_rows([one, two]) if row.label == "polled / realised: cap late f0")
    assert row.estimate == pytest.approx((6.0 + 12.0) / 6.0)
    assert row.error == pytest.approx(math.sqrt(2.0 * (3.0**2 + 3.0**2)) / 6.0)


def test_a_realised_cost_of_about_zero_gives_no_ratio() -> None:
    for realised in ((-1.0, 1.0, 0.5), (0.0, 0.0, 0.0)):
        rows = polled_rows([costs(value) for value in realised])
        assert all(math.isnan(row.estimate) and row.verdict == NO_CASE for row in rows)
        assert "- (-)" in polled_lines(rows)[1]
    same = polled_rows([costs(1.0, zero=1.0), costs(2.0, zero=1.0)])
    assert all((row.verdict == NO_CASE) == ("by exposure" in row.label) for row in same)


def test_histories_without_polled_costs_have_no_such_table() -> None:
    assert polled_rows([{"takeovers": 1.0}]) == []
    assert polled_lines([]) == []


def test_tables_have_a_line_for_each_row_with_its_aim_and_verdict() -> None:
    rows = contest_rows(contests({"contested rule": [6.0, 6.0]}))
    lines = contest_lines(rows)
    assert len(lines) == 1 + len(rows)
    assert "0.5 to 0.7" in lines[1]
    assert lines[1].endswith(IN_RANGE)
    assert "at most 0.15" in next(line for line in lines if line.startswith("uncontested rule"))
    assert all(line.endswith(row.verdict) for line, row in zip(lines[1:], rows, strict=True))
    unified = takeover_rows(houses([(4.0, 2.0), (4.0, 1.0)], [(4.0, 1.0), (4.0, 2.0)]))
    assert [line.split("  ")[0] for line in takeover_lines(unified)[1:]] == [
        "histories",
        "first elections",
        "stress test",
    ]
    assert max(map(len, [*lines, *takeover_lines(unified)])) <= 120


def test_a_row_of_the_summary_names_no_fact_and_the_source_of_its_aim() -> None:
    rows = contest_rows(contests({"contested rule": [6.0, 6.0]}))
    first, second = rows[0].summary(), rows[1].summary()
    assert (first["fact"], first["status"], first["verdict"]) == ("", "aim", IN_RANGE)
    assert "11 of 15" in first["use"]
    assert (second["status"], second["use"], second["verdict"]) == ("none", "", NO_AIM)
    assert math.isnan(second["high"])
