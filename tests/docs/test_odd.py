"""The ODD+D document names functions, phases and parameter groups that exist, and none that do not."""

import ast
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
PARTS = (DOCS / "odd.md", *sorted((DOCS / "odd").glob("*.md")))
TEXT = "\n".join(part.read_text(encoding="utf-8") for part in PARTS)


def sections() -> dict[str, str]:
    """Text below every second-level heading of all parts."""
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
        for info in pkgutil.walk_packages(root.__path__, package + "."):
            module = importlib.import_module(info.name)
            for name, member in vars(module).items():
                plain = getattr(member, "py_func", member)  # a compiled kernel keeps its Python function
                if inspect.isfunction(plain) and plain.__module__ == module.__name__:
                    names.add(name)
                elif inspect.isclass(plain) and plain.__module__ == module.__name__:
                    names.update(name for name, method in vars(plain).items() if inspect.isfunction(method))
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


@pytest.mark.parametrize(
    "name", ["accounts_month", "opinion_month", "pain", "retrospection", "expected_votes", "grieve"]
)
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
    cited = {number for number in re.findall(r"\b([A-Z]\d{1,2})\b", TEXT) if number[0] in letters}
    assert cited <= numbers


ELECTORATE = (
    "Submodels: equations of the electorate",
    "Submodels: adoption",
    "Submodels: people over time",
    "Submodels: neighbours",
    "Submodels: foresight",
)
"""Sections whose equations belong to voters, but for those of functions of the model."""
MECHANISMS = ("accounts", "adoption", "demography", "foresight", "network", "opinion", "voting")


def functions_of(module_name: str) -> dict[str, str]:
    """Docstrings by name of the functions that a module defines, compiled ones included."""
    module = importlib.import_module(module_name)
    plain = {name: getattr(member, "py_func", member) for name, member in vars(module).items()}
    return {
        name: function.__doc__ or ""
        for name, function in plain.items()
        if inspect.isfunction(function) and function.__module__ == module_name
    }


EQUATIONS = {
    mechanism: functions_of(f"political_moat.agents.electorate.{mechanism}.equations") for mechanism in MECHANISMS
}


def functions_of_the_model() -> set[str]:
    """Names of functions that the model package defines: phases, and facts that voters read."""
    package = importlib.import_module("political_moat.model")
    modules = pkgutil.walk_packages(package.__path__, "political_moat.model.")
    return {name for module in modules for name in functions_of(module.name)}


def numbered_lines(title: str) -> list[tuple[str, str]]:
    """Number and function of every equation of a section: the name after its number, else the heading above it."""
    parts = re.split(r"^### (.+)$", sections()[title], flags=re.MULTILINE)
    return [
        (number, name or heading)
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
        for number, name in re.findall(r"^\(([A-Z]\d+)\) (?:`(\w+)`: )?", text, flags=re.MULTILINE)
    ]


def equations_of_the_electorate() -> list[tuple[str, str]]:
    """Number and function of every equation that belongs to voters."""
    model = functions_of_the_model()
    lines = [line for title in ELECTORATE for line in numbered_lines(title) if line[1] not in model]
    headings = set(submodel_headings())
    return lines + [line for line in numbered_lines("Submodels: population") if line[1] not in headings]


@pytest.mark.parametrize(("number", "name"), equations_of_the_electorate())
def test_every_equation_of_the_electorate_is_one_function(number: str, name: str) -> None:
    homes = [mechanism for mechanism, functions in EQUATIONS.items() if name in functions]
    assert len(homes) == 1, f"({number}) {name} is defined in the equations.py of {homes or 'no mechanism'}"
    assert re.search(rf"\({number}\b", EQUATIONS[homes[0]][name]), f"the docstring of {name} does not cite {number}"


def test_equations_of_the_electorate_have_a_function_each() -> None:
    numbers, names = zip(*equations_of_the_electorate(), strict=True)
    assert len(set(names)) == len(names)
    assert len(numbers) > 100
    assert {f"E{number}" for number in range(1, 86)} <= set(numbers)


def test_every_function_of_the_equations_is_in_the_document() -> None:
    described = {name for _, name in equations_of_the_electorate()} | set(submodel_headings())
    for mechanism, functions in EQUATIONS.items():
        assert set(functions) <= described, f"{mechanism}: {set(functions) - described} are not in the ODD"


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_kernels_hold_no_formula(mechanism: str) -> None:
    """Divisions, powers and products are left to the equations; kernels index, add up and call."""
    folder = Path(__file__).parents[2] / "agents" / "electorate" / mechanism
    tree = ast.parse((folder / "kernel.py").read_text(encoding="utf-8"))
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef) or function.name in SHORT_CUTS:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.BinOp):
                assert not isinstance(node.op, ast.Div | ast.Pow), f"{function.name}, line {node.lineno}"
                assert not isinstance(node.op, ast.Mult) or is_index(node), f"{function.name}, line {node.lineno}"


SHORT_CUTS = {"_may_have_lost"}
"""Takes a margin for rounding off E68."""


def is_index(product: ast.BinOp) -> bool:
    """Whether a product is a position in working space."""
    names = {node.id for node in ast.walk(product) if isinstance(node, ast.Name)}
    numbers = [node.value for node in ast.walk(product) if isinstance(node, ast.Constant)]
    return names <= {"_ROW", "q", "side", "len", "questions"} and all(isinstance(number, int) for number in numbers)


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
        for info in pkgutil.walk_packages(root.__path__, package + "."):
            for member in vars(importlib.import_module(info.name)).values():
                plain = getattr(member, "py_func", member)
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
