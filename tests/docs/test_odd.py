"""The ODD+D document names functions, phases and parameter groups that exist, and none that do not."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from political_moat.agents.electorate import columns
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.menu import MOVES, NESTS
from political_moat.model.schedule import PHASES, Phase
from political_moat.model.world import World

DOCS = Path(__file__).parents[2] / "docs"
ROOMS = (DOCS / "odd.md", *sorted((DOCS / "odd").glob("*.md")))
TEXT = "\n".join(room.read_text(encoding="utf-8") for room in ROOMS)


def sections() -> dict[str, str]:
    """Text below every second-level heading of both rooms."""
    parts = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def submodel_headings() -> list[str]:
    """Every third-level heading inside a section that begins with "Submodels"."""
    return [
        name
        for title, body in sections().items()
        if title.startswith("Submodels")
        for name in re.findall(r"^### (.+)$", body, flags=re.MULTILINE)
    ]


def functions_of_the_code() -> set[str]:
    """Names of functions, and of methods of classes, defined in the agents and model packages."""
    names = set()
    for package in ("political_moat.agents", "political_moat.model"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, package + "."):
            module = importlib.import_module(found.name)
            for name, one in vars(module).items():
                plain = getattr(one, "py_func", one)  # a compiled kernel keeps the Python function it was made from
                if inspect.isfunction(plain) and plain.__module__ == module.__name__:
                    names.add(name)
                elif inspect.isclass(plain) and plain.__module__ == module.__name__:
                    names.update(name for name, member in vars(plain).items() if inspect.isfunction(member))
                elif hasattr(plain, "__wrapped__") and plain.__module__ == module.__name__:
                    names.add(name)
    return names


FUNCTIONS = functions_of_the_code()


@pytest.mark.parametrize("name", submodel_headings())
def test_every_submodel_heading_is_a_function(name: str) -> None:
    assert name in FUNCTIONS, f"the ODD describes {name!r}, which is no function of political_moat.agents or .model"


def test_no_submodel_is_described_twice() -> None:
    names = submodel_headings()
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["accounts_month", "opinion_month", "pain", "retrospection", "support", "grieve"])
def test_every_monthly_kernel_has_its_section(name: str) -> None:
    assert name in FUNCTIONS
    assert f"### {name}\n" in sections()["Submodels: equations of the electorate"]


def test_submodel_sections_hold_a_numbered_equation_or_a_table() -> None:
    for title, body in sections().items():
        if title.startswith("Submodels"):
            parts = re.split(r"^### (.+)$", body, flags=re.MULTILINE)
            for name, text in zip(parts[1::2], parts[2::2], strict=True):
                assert re.search(r"^\([A-Z]\d+\) ", text, flags=re.MULTILINE), f"{name} has no numbered equation"


def test_equation_numbers_are_unique() -> None:
    numbers = re.findall(r"^\(([A-Z]\d+)\) ", TEXT, flags=re.MULTILINE)
    assert len(numbers) == len(set(numbers))
    for letter in {number[0] for number in numbers}:
        counted = sorted(int(number[1:]) for number in numbers if number[0] == letter)
        assert counted == list(range(1, len(counted) + 1)), f"equations {letter} have a gap"


def test_equations_referred_to_exist() -> None:
    numbers = set(re.findall(r"^\(([A-Z]\d+)\) ", TEXT, flags=re.MULTILINE))
    letters = {number[0] for number in numbers} - {"H"}
    cited = {one for one in re.findall(r"\b([A-Z]\d{1,2})\b", TEXT) if one[0] in letters}
    assert cited <= numbers


def literature() -> list[str]:
    """Items of the list of literature, without the bullet."""
    return re.findall(r"^- (.+)$", sections()["Literature"], flags=re.MULTILINE)


@pytest.mark.parametrize("item", literature())
def test_every_item_of_the_literature_has_author_and_year(item: str) -> None:
    assert re.match(r"[A-Z][\w-]+, (?:[A-Z]\. ?)+.*?\b(?:19|20)\d\d\. \S", item.replace("1974, 1978.", "1974.")), item


def test_works_cited_in_the_text_stand_in_the_literature() -> None:
    listed = {
        (re.split(r"[, ]", item)[0], year) for item in literature() for year in re.findall(r"\b(?:19|20)\d\d\b", item)
    }
    text = TEXT.split("## Literature")[0]
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    pattern = rf"\b(?!(?:{months})\b)([A-Z][\w-]+)(?:(?:, [A-Z][\w-]+)* and [A-Z][\w-]+| et al\.)? ((?:19|20)\d\d)\b"
    cited = set(re.findall(pattern, text))
    assert len(cited) > 10
    assert cited <= listed, cited - listed


def test_every_phase_has_its_row_in_order() -> None:
    body = sections()["Process overview and scheduling"]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", body, flags=re.MULTILINE)
    described = [(int(number), name.strip(), every.strip(), does.strip()) for number, name, every, does in rows]
    assert described == [(phase.number, phase.name, phase.every, phase.does) for phase in PHASES]


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_every_phase_has_its_section(phase: Phase) -> None:
    assert phase.run.__name__ in submodel_headings(), f"phase {phase.number} is {phase.run.__name__}"


@pytest.mark.parametrize("group", list(Parameters.model_fields))
def test_every_parameter_group_is_named(group: str) -> None:
    assert f"`{group}`" in sections()["Input data"]


def test_parameters_named_by_group_exist() -> None:
    groups = Parameters.model_fields
    for group, leaf in re.findall(r"\b([a-z]+)\.([a-z0-9_]+)(?![\w/*])", TEXT):
        if group in groups and leaf not in {"py", "csv", "md"}:
            assert leaf in type(getattr(Parameters(), group)).model_fields or leaf.endswith("_"), f"{group}.{leaf}"


def test_the_table_of_moves_is_that_of_the_menu() -> None:
    body = sections()["Submodels: law and menu"]
    rows = re.findall(r"^\| (\d) \| (\w+) \| (\w+) \|", body, flags=re.MULTILINE)
    assert {(int(number), name) for number, name, _ in rows} == set(enumerate(MOVES))
    assert {nest for _, _, nest in rows} == set(NESTS)


@pytest.mark.parametrize(("block", "names"), [("fixed", columns.FIXED), ("dynamic", columns.DYNAMIC)])
def test_the_table_of_columns_is_that_of_the_code(block: str, names: tuple[str, ...]) -> None:
    body = sections()["Submodels: equations of the electorate"]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in body.splitlines() if re.match(r"\| \d+ \|", row)]
    first = 0 if block == "fixed" else 4
    table = {row[first]: row[first + 1] for row in rows if len(row) == 7 and row[first]}
    assert table == {str(number): name for number, name in enumerate(names)}


SYMBOLS = {
    "salience_goal",
    "ideal_goal",
    "blame_goal",
    "z_stock",
    "z_crypto",
    "raw_0",
    "b_p",
    "stand_r",
    "stand_d",
    "logit_per_point",
    "dem_lean",
    "low_confidence",
}
"""Names the document itself defines."""


def names_of_the_code() -> set[str]:
    """Parameters, columns, coefficients, fields of records and of the world, functions and their arguments."""
    names = set(FUNCTIONS) | set(columns.FIXED) | set(columns.DYNAMIC) | set(columns.PRODUCT_ROWS) | SYMBOLS
    names.update(vars(World(Parameters().with_values({"electorate.voters": 200}))))
    for group in Parameters.model_fields:
        names.update(type(getattr(Parameters(), group)).model_fields)
    for package in ("political_moat.agents", "political_moat.model"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, package + "."):
            for one in vars(importlib.import_module(found.name)).values():
                plain = getattr(one, "py_func", one)
                names.update(getattr(plain, "_fields", ()))
                names.update(getattr(plain, "__dataclass_fields__", ()))
                if inspect.isfunction(inspect.unwrap(plain)):
                    names.update(inspect.signature(plain).parameters)
    return names


def test_every_identifier_in_the_equations_exists() -> None:
    known, families = names_of_the_code(), ("cvap_share_",)
    for title, body in sections().items():
        if title.startswith("Submodels:"):
            for name in set(re.findall(r"\b[a-z]+(?:_[a-z0-9]*)+", body)):
                assert name in known or name in families, f"{title}: {name}"
