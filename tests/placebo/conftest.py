"""Every placebo, control and symmetry holds with the mechanisms of version two off, at defaults, and all on."""

from __future__ import annotations

from typing import Any

import moat_arms
import pytest

from political_moat.model.parameters.presets import PRESETS

VERSIONS: dict[str, dict[str, Any]] = {
    "version one": PRESETS["version-one"].values,
    "defaults": {},
    "everything on": {
        "party.agenda": "competition",
        "party.agenda_scope": "moves",
        "elections.takeover": "election",
        "elections.midterm_penalty": 2.0,
        "institutions.reconciliation": True,
        "institutions.sunset_bargain": 0.4,
        "policy.on_money": True,
        "polls.foresight": 1.0,
        "polls.binary": True,
        "opinion.threat_from": "believed-loss",
    },
}


@pytest.fixture(autouse=True, params=VERSIONS)
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the worlds of `moat_arms.tree` on one version of the mechanisms."""
    monkeypatch.setattr(moat_arms, "VERSION", VERSIONS[request.param])
