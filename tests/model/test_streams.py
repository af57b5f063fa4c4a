"""The list of streams is what runs of every protocol and switch ask for, and what the source can ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from political_moat.agents.draws import Draws, draws_of
from political_moat.experiments.protocols.history.design import HistoryDesign
from political_moat.experiments.protocols.history.run import run_history
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model.data_collection import individual_votes
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.csv_population import population_from_csv
from political_moat.model.world import World

ROOT = Path(__file__).parents[2]
SEED = 20261125
SMALL = {"electorate.voters": 300}
EVERYTHING = {
    **SMALL,
    "exposure.evolves": True,
    "people.ageing": True,
    "market.jump_probability": 0.05,
    "fund.active": True,
    "party.agenda": "competition",
    "party.rival_value": 0.02,
    "party.support_move": True,
    "regulator.suit_probability": 0.28,
    "polls.binary": True,
    "opinion.opposed_share": 0.2,
}
DRAWING = {"key", "uniform", "uniforms", "normal", "normals"}


def listed() -> list[str]:
    lines = (ROOT / "benchmarks" / "streams.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names asked for from now on. Draws made before are forgotten, or nothing would be asked for what they keep."""
    names: set[str] = set()
    key = Draws.key

    def recorded(self: Draws, stream: str) -> int:
        names.add(stream)
        return key(self, stream)

    monkeypatch.setattr(Draws, "key", recorded)
    draws_of.cache_clear()
    return names


def run_everything(folder: Path) -> None:
    for name in PRESETS:
        run_replicate(preset(name).with_values(SMALL), StressDesign(breadths=(0.0, 0.3)), SEED, 0)
    evolving = HistoryDesign(breadths=(0.0, 0.3), evolving=True)
    for replicate in range(3):
        run_history(Parameters().with_values(EVERYTHING), evolving, SEED, replicate)
    for kind in ("small-world", "blocks"):
        for above in (0, 5_000):
            ties = {"network.kind": kind, "network.built_directly_above": above}
            World(Parameters().with_values({**SMALL, **ties}), SEED)
    sunset = {"policy.sunset_months": 24, "institutions.sunset_bargain": 0.4}
    world = World(Parameters().with_values({**SMALL, **sunset}), SEED)
    world.advance(47)
    individual_votes(world)
    persons = folder / "persons.csv"
    persons.write_text("age,income,partisanship,plan,ira,weight\n40,50000,0.1,1000,0,1\n50,60000,-0.3,0,500,2\n")
    population_from_csv(persons, Parameters().with_values({"electorate.voters": 5}), SEED)


def test_the_list_of_streams_is_what_runs_ask_for(asked: set[str], tmp_path: Path) -> None:
    run_everything(tmp_path)
    names = listed()
    assert len(set(names)) == len(names)
    assert asked == set(names)


def patterns(source: str) -> Iterator[str]:
    """Regular expressions of the names that calls for draws are given: constants, and f-strings with any filling."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in DRAWING
            and node.args
        ):
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield re.escape(name.value)
            elif isinstance(name, ast.JoinedStr):
                parts = (re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".+" for v in name.values)
                yield "".join(parts)


def unlisted(source: str) -> list[str]:
    names = listed()
    return [one for one in patterns(source) if not any(re.fullmatch(one, name) for name in names)]


def test_every_name_in_the_source_is_on_the_list() -> None:
    files = [path for room in ("agents", "model") for path in sorted((ROOT / room).rglob("*.py"))]
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert sum(len(list(patterns(text))) for text in texts) > 50
    assert [name for text in texts for name in unlisted(text)] == []


@pytest.mark.parametrize("call", ["draws.normal('weather', 0, month)", "draws.key(f'weather {role}')"])
def test_a_new_stream_in_the_source_is_found(call: str) -> None:
    assert len(unlisted(call)) == 1
