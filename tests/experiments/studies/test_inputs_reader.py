"""Own people, ties, events and series of a study file: what they mean, which keys they move, every mistake by name."""

from __future__ import annotations

import hashlib
import pickle
import re
from dataclasses import replace
from pathlib import Path

import pytest
from own_inputs import EVENTS, MODEL, PERSONS, SERIES, study_text, write_inputs

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols.run_inputs import NO_INPUTS, SeriesRequest, StudyEvent
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import StudyFile, parse_study, read_study

PLAIN = "returning = false\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_inputs(tmp_path / "study").parent


def parsed(folder: Path, text: str) -> StudyFile:
    return parse_study(text, folder=folder)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        parsed(folder, text)
    lines = [line.replace(f"{folder}/", "") for line in str(caught.value).splitlines()]
    return [re.sub(r"^line \d+: ", "", line) for line in lines]


def digests(study: StudyFile) -> dict[str, str]:
    (arm_set,) = Plan(study).arm_sets(0)
    return {arm.name: digest for arm, digest in zip(arm_set.arms, arm_set.digests, strict=True)}


def test_files_set_the_number_of_voters_and_the_kind_of_network(folder: Path) -> None:
    study = read_study(folder / "study.toml")
    assert study.parameters.electorate.voters == PERSONS
    assert study.parameters.network.kind == "own"
    assert [attachment.name for attachment in study.attachments()] == ["edges.csv", "people.csv"]
    content = (folder / "people.csv").read_bytes()
    assert study.inputs.digests["population"] == hashlib.sha256(content).hexdigest()
    assert study.inputs.series == SeriesRequest(("openness", "price", "in_office", "closed"), 3)
    assert study.inputs.events == (
        StudyEvent(60, (), "cap", ("b=0.3 v=1",)),
        StudyEvent(70, (("policy.cap_low", 0.01), ("party.office_rent", 3.0))),
    )
    assert pickle.loads(pickle.dumps(study.inputs)) == study.inputs


def test_a_study_without_them_has_the_content_and_the_keys_that_it_had() -> None:
    plain = parse_study(study_text(PLAIN, "", ""))
    assert plain.inputs == NO_INPUTS
    assert not {"inputs", "events", "series"} & plain.canonical().keys()
    assert not {"population", "network"} & plain.canonical()["model"].keys()
    recorded = parse_study(study_text(PLAIN, SERIES, ""))
    assert digests(recorded) == digests(plain)
    assert recorded.canonical()["series"] == {"columns": ("openness", "price", "in_office", "closed"), "every": 3}


def test_each_input_moves_the_keys_of_the_arms_that_it_acts_on_and_no_others(folder: Path) -> None:
    plain = parsed(folder, study_text(PLAIN, "", ""))
    study = parsed(folder, study_text(PLAIN, "", EVENTS))
    cap_alone = replace(study, inputs=replace(study.inputs, events=study.inputs.events[:1]))
    assert digests(cap_alone)["b=0"] == digests(plain)["b=0"]
    assert digests(cap_alone)["b=0.3 v=1"] != digests(plain)["b=0.3 v=1"]
    assert not digests(study).items() & digests(plain).items()
    own = parsed(folder, study_text(events="", series=""))
    edges = (folder / "edges.csv").read_text().splitlines(keepends=True)
    (folder / "edges.csv").write_text("".join(edges[:-1]))
    assert not digests(own).items() & digests(parsed(folder, study_text(events="", series=""))).items()
    later = parsed(folder, study_text(PLAIN, "", EVENTS.replace("60", "61")))
    assert digests(later)["b=0"] == digests(study)["b=0"]
    assert digests(later)["b=0.3 v=1"] != digests(study)["b=0.3 v=1"]


def test_arms_are_named_with_or_without_their_variant(folder: Path) -> None:
    text = study_text(PLAIN, "", EVENTS).replace(
        "[replicates]", '[factors."exposure.skew"]\nlevels = [0, 0.5]\n[replicates]'
    )
    bare = Plan(parsed(folder, text)).arm_sets(0)
    full = Plan(parsed(folder, text.replace('"b=0.3 v=1"', '"b=0.3 v=1 skew=0.5"'))).arm_sets(0)
    without = Plan(parsed(folder, text.replace('arms = ["b=0.3 v=1"]', 'arms = ["b=0 skew=0.5"]'))).arm_sets(0)
    assert [arm_set.variant for arm_set in full] == [" skew=0", " skew=0.5"]
    assert full[1].digests == bare[1].digests
    assert full[0].digests[1] == without[0].digests[1] != bare[0].digests[1]


WRONG = [
    (
        MODEL,
        MODEL + f"voters = {PERSONS + 1}\n",
        f"model.voters = {PERSONS + 1} is not possible: people.csv has {PERSONS} persons",
    ),
    ("people.csv", "none.csv", "model.population: population file none.csv cannot be read: No such file or directory"),
    ('"edges.csv"', '"none.csv"', "model.network: network file none.csv cannot be read: No such file or directory"),
    (
        '"network.influence" = 0.2',
        '"network.kind" = "blocks"',
        "model.set: network.kind = blocks contradicts model.network",
    ),
    (
        'network = "edges.csv"\nset = { "network.influence" = 0.2 }',
        'set = { "network.kind" = "own" }',
        "network.kind = own needs ties",
    ),
    (
        "returning = false\n",
        'protocol = "targets"\n',
        "model.population: protocol targets takes none; allowed with protocol",
    ),
    ('"openness", "price"', '"opennes"', "series.columns: 'opennes' is not possible; allowed: in_office, theta"),
    ('"openness"', '"month"', "series.columns: month is always there; leave it out"),
    ('"openness", "price"', '"price", "price"', "series.columns names one column twice; allowed: each once"),
    ("every = 3", "every = 0", "series.every = 0 is not possible; allowed: a number of months, 1 or more"),
    ('"cap"', '"capp"', "events[0].move: 'capp' is not possible; allowed: loosen, warn, cap, close, prohibit, "),
    ('"cap"', '"hold"', "events[0].move: 'hold' is not possible; allowed: loosen, warn, cap, close, prohibit, "),
    ('"b=0.3 v=1"', '"b=0.3"', "events[0].arms: 'b=0.3' is no arm of the study; allowed: b=0, b=0.3 v=1"),
    ("month = 60", "month = 96", "events[0].month = 96 is not possible; allowed: 0 to 95, the last month of a run"),
    ("month = 60\n", "", "events[0].month: missing; allowed: a month of the run, 0 is January 2025"),
    ('move = "cap"\n', "", "events[0]: has neither set nor move; allowed: one of them"),
    (
        'move = "cap"',
        'move = "cap"\nset = { "policy.cap_low" = 0.01 }',
        "events[0]: has both set and move; allowed: one",
    ),
    (
        '"policy.cap_low" = 0.01',
        '"policy.cap_lo" = 0.01',
        "events[1].set: unknown parameter 'policy.cap_lo'; did you mean",
    ),
    (
        '"policy.cap_low" = 0.01',
        '"exposure.breadth" = 0.1, "electorate.citizens" = 9',
        "events[1].set: exposure.breadth, electorate.citizens cannot change during a run: fixed",
    ),
    (
        '"policy.cap_low" = 0.01',
        '"polls.blind" = true',
        "events[1].set: polls.blind cannot be switched on during a run",
    ),
    ('"policy.cap_low" = 0.01', '"policy.cap_low" = 7', "events[1].set: policy.cap_low = 7 is not possible; allowed: "),
    (
        EVENTS,
        '[events]\nmonth = 3\nmove = "cap"\n',
        "events = {'month': 3, 'move': 'cap'} is not possible; allowed: a table [[events]]",
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), WRONG, ids=[line[:40] for *_, line in WRONG])
def test_every_mistake_is_one_line_by_name(folder: Path, old: str, new: str, line: str) -> None:
    text = study_text()
    assert old in text
    lines = mistakes(folder, text.replace(old, new))
    assert [each for each in lines if each.startswith(line)], lines
    assert len(lines) <= 5


def test_weights_allow_any_number_of_voters_but_no_ties(folder: Path) -> None:
    rows = (folder / "people.csv").read_text().splitlines()
    weighted = [f"{rows[0]},weight", *(f"{row},{1 + number % 3}" for number, row in enumerate(rows[1:]))]
    (folder / "people.csv").write_text("\n".join(weighted))
    assert mistakes(folder, study_text())[0].startswith(
        "model.network: people.csv has a column weight, so that a person"
    )
    study = parsed(folder, study_text('population = "people.csv"\nvoters = 500\n', "", ""))
    assert study.parameters.electorate.voters == 500


def test_mistakes_of_a_file_come_with_those_of_the_study_in_one_pass(folder: Path) -> None:
    (folder / "edges.csv").write_text("p0,p1\np0,p0\n")
    lines = mistakes(folder, study_text().replace("every = 3", "every = 0").replace('"cap"', '"capp"'))
    assert {re.split("[: ]", line)[0] for line in lines} == {"series.every", "model.network", "events[0].move"}
    assert any("edges.csv, row 2: ties 'p0' to itself" in line for line in lines)
