"""The table from which the value of the rival issue is chosen."""

from __future__ import annotations

import pytest

from political_moat.experiments.protocols.targets.contests import contest_outcomes
from political_moat.experiments.protocols.targets.design import CONTEST_LAYERS, CONTESTS
from political_moat.experiments.reporting.shipped.fit_rival_value import events_of, lines_of, main
from political_moat.model.parameters.tree import Parameters

SMALL = Parameters().with_values({"electorate.voters": 300})


def test_events_are_those_of_the_contests() -> None:
    expected = {
        (contest, layer): (outcomes.attempted, outcomes.restricted, outcomes.reversed)
        for contest, layer, outcomes in contest_outcomes(SMALL, 7, 1)
    }
    assert events_of(SMALL, 7, 1) == expected


def test_a_line_has_shares_and_their_errors() -> None:
    rows = [{("contested", "rule"): event} for event in ((1, 1, 0), (1, 0, 0), (1, 1, 0), (1, 0, 0))]
    (line,) = lines_of("0.2", rows)
    assert line.split()[:4] == ["0.2", "contested", "rule", "4"]
    assert line.split()[4:] == ["1.000", "(0.000)", "0.500", "(0.250)", "0.000", "(0.000)"]


def test_the_command_prints_a_block_for_each_combination_and_refuses_a_wrong_parameter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["fit_rival_value", "--replicates", "1", "--voters", "300", "--workers", "1", "--scopes", "nest"]
    monkeypatch.setattr("sys.argv", [*words, "--rival-values", "0.1", "0.3", "--set", "party.office_rent=0.5"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 2 * len(CONTESTS) * len(CONTEST_LAYERS)
    assert [line.split()[0] for line in lines[2:]] == ["0.1"] * 9 + ["0.3"] * 9
    for wrong, message in (("party.office_rent", "NAME=VALUE"), ("party.office_rend=1", "party.office_rent")):
        monkeypatch.setattr("sys.argv", [*words, "--set", wrong])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
