"""The words of the phase map follow their rule, widen with the number of cells, and refuse what is not paired."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.statistics.intervals import PairedDifference, paired_risk_difference
from political_moat.experiments.statistics.verdicts import WORDS, Evidence, phase_table, word_of

EVENTS = ("attempted", "restricted", "reversed")


def change(fallen: int, risen: int, n: int = 400, both: int = 100) -> PairedDifference:
    treated = np.repeat([1, 1, 0, 0], [both, risen, fallen, n - both - risen - fallen])
    control = np.repeat([1, 0, 1, 0], [both, risen, fallen, n - both - risen - fallen])
    return paired_risk_difference(treated, control)


NOTHING, FALL, RISE, UNSURE = change(0, 0), change(100, 0), change(0, 100), change(3, 1, n=20, both=5)


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        (Evidence(FALL, NOTHING, FALL, 0.7, 0.5), "moat"),
        (Evidence(NOTHING, FALL, FALL, 0.7, 0.5), "gridlock"),
        (Evidence(UNSURE, FALL, FALL, 0.7, 0.5), "fewer falls"),
        (Evidence(NOTHING, NOTHING, RISE, 0.7, 0.5), "trapdoor"),
        (Evidence(FALL, RISE, FALL, 0.7, 0.5), "trapdoor"),
        (Evidence(NOTHING, NOTHING, NOTHING, 0.7, 0.5), "no effect"),
        (Evidence(NOTHING, NOTHING, NOTHING, 0.1, 0.05), "convergence without moat"),
        (Evidence(NOTHING, NOTHING, NOTHING, 0.1, 0.5), "no effect"),
        (Evidence(UNSURE, UNSURE, UNSURE, 0.7, 0.5), "not decided"),
    ],
)
def test_every_word_follows_its_rule(evidence: Evidence, word: str) -> None:
    assert word_of(evidence) == word
    assert word in WORDS


def runs(doses: tuple[float, ...], replicates: int = 300, seed: int = 1) -> pd.DataFrame:
    """A world in which the share `b` of replicates is saved from attempt, restriction and reversal."""
    luck = np.random.default_rng(seed).random(replicates)
    rows = []
    for r in range(replicates):
        for b in (0.0, *doses):
            happens = int(luck[r] < 0.6 - b)
            rows.append(
                {
                    **{"replicate": r, "arm": f"b={b:g}", "layer": "rule", "breadth": b, "visibility": 1.0},
                    **{"allocation": 0.04, "mean_stake": 0.08, "platform_distance": 0.5, "severity": 0.5 * happens},
                    **dict.fromkeys(EVENTS, happens),
                }
            )
    return pd.DataFrame(rows)


def test_the_map_finds_the_moat_that_is_there_and_nothing_where_nothing_is() -> None:
    table = phase_table(runs((0.3,))).set_index("breadth")
    assert table.loc[0.3, "word"] == "moat"
    assert table.loc[0.3, "visible_stake"] == pytest.approx(0.08)
    frame = runs((0.3,))
    frame.loc[frame["breadth"] > 0, list(EVENTS)] = frame.loc[frame["breadth"] == 0, list(EVENTS)].to_numpy()
    assert phase_table(frame)["word"].tolist() == ["no effect"]


def test_more_cells_need_wider_intervals() -> None:
    one, many = phase_table(runs((0.1,))), phase_table(runs((0.1, 0.2, 0.3, 0.4, 0.5)))
    assert many.iloc[0]["rd_reversed_low"] < one.iloc[0]["rd_reversed_low"]
    assert many.iloc[0]["rd_reversed"] == one.iloc[0]["rd_reversed"]


def test_no_word_is_wrong_as_often_as_promised_where_nothing_happens() -> None:
    wrong = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        frame = runs((0.1, 0.2, 0.3), 200, seed)
        noise = (rng.random((len(frame), 1)) < 0.3).astype(int)
        frame[list(EVENTS)] = np.repeat(noise, 3, axis=1)
        wrong += int((~phase_table(frame)["word"].isin(["not decided", "no effect"])).any())
    assert wrong <= 0.05 * 40 + 3 * np.sqrt(0.05 * 0.95 * 40)


def test_arms_are_paired_with_the_zero_arm_of_their_own_point() -> None:
    two = pd.concat([runs((0.3,)).assign(point=0), runs((0.3,), seed=2).assign(point=1)])
    assert phase_table(two)["point"].tolist() == [0, 1]
    with pytest.raises(UserError, match="missing rows"):
        phase_table(two.iloc[:-1])
    with pytest.raises(UserError, match="exactly one zero-exposure arm"):
        phase_table(runs((0.3,)).query("breadth > 0"))
    with pytest.raises(UserError, match="at least one dose"):
        phase_table(runs(()))
