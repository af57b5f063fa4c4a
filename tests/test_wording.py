"""Prose follows the style: short lines in Markdown, none of the banned idioms, no nameless locals."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("agents", "model", "experiments", "viz")
PROSE = (*CODE, "docs", "benchmarks", "tests", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
LONGEST = 120
NAMELESS = ("one", "found", "given", "to" + "ld")


class Idiom(NamedTuple):
    """A banned idiom: regular expression, a sample, what to write instead.

    Neither finds itself: patterns have `\\s+` for a space and [..] around a letter, samples a plus sign in a word.
    """

    pattern: str
    sample: str
    better: str


IDIOMS = (
    Idiom(r"\bwork(?:s|ed|ing)?\s+(?:(?:it|them|that)\s+)?out\b", "work+ed it out", "compute"),
    Idiom(r"\bliv(?:e|es|ed|ing)\s+through\b", "live+s through", "advance"),
    Idiom(r"\bto[l]d\b", "t+old", "say what is passed, printed or known"),
    Idiom(r"\bt(?:ell|ells|elling)\s+(?:\w+\s+)?apart\b", "te+ll them apart", "distinguish"),
    Idiom(r"\bwho[e]ver\b", "who+ever", "name the person: the voter who"),
    Idiom(r"\bby\s+(?:itself|themselves)\b", "by it+self", "alone, or leave it out"),
    Idiom(r"\bfor\s+nothing\b", "for noth+ing", "say what is saved"),
    Idiom(r"\bwhat\s+there\s+is\b", "what th+ere is", "name the thing"),
    Idiom(r"\blive\s+twins?\b", "live tw+in", "positive control"),
    Idiom(r"\blooks\s+of\b|\beach\s+look\b|(?-i:\bL[o]oks\b)", "lo+oks of", "interim analyses"),
    Idiom(r"\brefused\s+by\s+name\b", "refused by na+me", "raises an error that names the problem"),
    Idiom(
        r"\brooms?\s+of\s+the\s+ODD\b|\bODD's\s+rooms?\b|\b(?:second|several|their|four)\s+rooms?\b",
        "ro+om of the ODD",
        "part of the ODD document, package",
    ),
    Idiom(r"\bfront\s+door\b", "front do+or", "public names"),
    Idiom(r"\bh[a]ngs?\s+on\b", "han+gs on", "depends on"),
)


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file of code and prose that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PROSE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    for name in done.stdout.splitlines():
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def idioms_in(text: str) -> list[str]:
    """Line, banned idiom and what to write instead, for every hit."""
    words = text.replace("_", " ")
    hits = [
        (text.count("\n", 0, match.start()) + 1, " ".join(match.group().split()), idiom.better)
        for idiom in IDIOMS
        for match in re.finditer(idiom.pattern, words, re.IGNORECASE)
    ]
    return [f"{line}: {hit!r}, better: {better}" for line, hit, better in sorted(hits)]


def test_no_banned_idiom_is_written() -> None:
    assert [f"{name}:{hit}" for name, text in texts() for hit in idioms_in(text)] == []


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.better)
def test_a_planted_idiom_is_found(idiom: Idiom) -> None:
    sample = idiom.sample.replace("+", "")
    assert len(idioms_in(f"First line.\n{sample.capitalize()} is not ours.")) == 1
    assert len(idioms_in(f"First line: {sample.replace(' ', chr(10))} is not ours.")) == 1
    assert len(idioms_in(f"def test_{sample.replace(' ', '_')}_here() -> None:")) == 1


def long_lines(markdown: str) -> list[int]:
    """Numbers of the lines of prose that are too long; code, headings, tables and targets of links do not count."""
    code, numbers = False, []
    for number, line in enumerate(markdown.splitlines(), start=1):
        fence = line.lstrip().startswith("```")
        code = code != fence
        if not code and not fence and not line.lstrip().startswith(("|", "#")):
            visible = re.sub(r"\]\([^()\s]*\)|<?https?://\S+", "]", line)
            numbers += [number] if len(visible) > LONGEST else []
    return numbers


def test_lines_of_prose_in_markdown_are_short() -> None:
    pages = {name: long_lines(text) for name, text in texts() if name.endswith(".md")}
    assert {name: lines for name, lines in pages.items() if lines} == {}


def test_a_long_line_of_prose_is_found() -> None:
    long = "word " * 25
    assert long_lines(f"# {long}\n| {long} |\n```\n{long}\n```\n{long}\n[a]({'x' * LONGEST}) b\n") == [6]


def nameless(code: str) -> list[tuple[int, str]]:
    """Line and name of every assignment, loop variable and argument that does not say what it holds."""
    bound = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in NAMELESS:
            bound.append((node.lineno, node.id))
        elif isinstance(node, ast.arg) and node.arg in NAMELESS:
            bound.append((node.lineno, node.arg))
    return sorted(bound)


def test_every_local_of_the_code_has_a_name_that_says_what_it_holds() -> None:
    sources = {name: text for name, text in texts() if name.endswith(".py") and name.startswith(CODE)}
    assert len(sources) > 100
    assert [f"{name}:{line}: {word}" for name, text in sources.items() for line, word in nameless(text)] == []


FORMS = ("{} = 1", "x = [f({0}) for {0} in y]", "for {} in y: pass", "with x as {}: pass", "lambda {}: 1")


@pytest.mark.parametrize("name", NAMELESS)
@pytest.mark.parametrize("form", FORMS)
def test_a_planted_nameless_local_is_found(form: str, name: str) -> None:
    assert nameless(form.format(name)) == [(1, name)]
    assert nameless(form.format("row")) == []


VERBS = frozenset(
    re.findall(
        r"\w+",
        """
Add Advance Analyse Answer Append Apply Ask Assign Attach Bring Build Call Cancel Check Choose Close Combine
Compare Compile Connect Convert Copy Count Create Cut Decide Declare Decompose Describe Disconnect Do Draw
Drop End Endow Estimate Exchange Exit Find Finish Fit Flush Forget Fork Freeze Give Group Hand Handle Hold
 Ignore Import Install Keep Kill Leave Let List Load Lock Make Measure Merge Mix Move Open Paint Pickle Point
 Prepare Print Put Raise Read Record Register Remove Reopen Repeat Replace Reserve Restore Return Run Schedule
 Select Sell Send Serve Set
Show Solve Spend Stack Start Stop Submit Sum Tabulate Take Test Time Turn Undo Wait Wrap Write Yield
""",
    )
)
"""Verbs, in the imperative, with which docstrings of functions begin; add one where no other says it."""


def described_functions() -> Iterator[tuple[str, str]]:
    """Place and docstring of every function that has one."""
    for folder in (*CODE, "benchmarks"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (text := ast.get_docstring(node)):
                    yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", text


def begins_with_a_verb(docstring: str) -> bool:
    """Whether the first word is one of VERBS."""
    first = re.match(r"\w+", docstring)
    return first is not None and first[0] in VERBS


def test_docstrings_of_functions_begin_with_a_verb_in_the_imperative() -> None:
    described = list(described_functions())
    assert len(described) > 1000
    others = [f"{place}: {text.splitlines()[0]}" for place, text in described if not begins_with_a_verb(text)]
    # The callback of `moat` itself: its docstring is the question that `moat --help` shows.
    assert [
        place for place in others if not place.startswith("experiments/cli/main.py") or " _main:" not in place
    ] == []


@pytest.mark.parametrize("planted", ["Rows of cycles.csv.", "Whether it holds.", "Returns a row.", "Tell what it is."])
def test_a_docstring_that_begins_otherwise_is_found(planted: str) -> None:
    assert not begins_with_a_verb(planted)
