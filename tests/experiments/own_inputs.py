"""A study with people, ties, dated events and series of its own, and the files that it names."""

from __future__ import annotations

import csv
import random
from pathlib import Path

PERSONS, TIES = 200, 400
MODEL = 'population = "people.csv"\nnetwork = "edges.csv"\nset = { "network.influence" = 0.2 }\nreturning = false\n'
SERIES = '[series]\ncolumns = ["openness", "price", "in_office", "closed"]\nevery = 3\n'
EVENTS = """
[[events]]
month = 60
move = "cap"
arms = ["b=0.3 v=1"]
[[events]]
month = 70
set = { "policy.cap_low" = 0.01, "party.office_rent" = 3 }
"""


def study_text(model: str = MODEL, series: str = SERIES, events: str = EVENTS, replicates: int = 2) -> str:
    """Return a study of two arms."""
    return f"""[study]
name = "own"
[model]
{model}[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = {replicates}
{series}{events}"""


def write_inputs(folder: Path, text: str | None = None, persons: int = PERSONS) -> Path:
    """Write people.csv and edges.csv, whose ties name persons by id, and study.toml beside them; return its path."""
    folder.mkdir(exist_ok=True, parents=True)
    source = random.Random(3)
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "age", "income", "vote_r", "plan", "ira"])
        for person in range(persons):
            plan = 20_000 + person if person % 2 else 0
            income, vote = 30_000 + 100 * person, round(source.uniform(0.1, 0.9), 3)
            table.writerow([f"p{person}", 18 + person % 70, income, vote, plan, 0])
    ties: set[tuple[int, ...]] = set()
    while len(ties) < TIES:
        ties.add(tuple(sorted(source.sample(range(persons), 2))))
    with (folder / "edges.csv").open("w", encoding="utf-8") as stream:
        stream.writelines(["source,target\n", *(f"p{head},p{tail}\n" for head, tail in sorted(ties))])
    study = folder / "study.toml"
    study.write_text(study_text() if text is None else text, encoding="utf-8")
    return study
