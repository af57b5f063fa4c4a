"""The gallery: the explorer's pages of results folders as static files, linked to each other and to the films."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

from ...experiments.errors import UserError
from ..content.html import Html, fragment, h
from ..explorer.explorer import ExplorerError, check_folder, explore

MOST_BYTES = 2_500_000
"""Bytes of all pages of all folders."""
MOST_PAGES = 400
"""Pages of one folder."""
OUTCOMES = ("reversed", "restricted", "prohibited", "neutral", "attempted", "severity")
"""Outcomes that get pages; of a study without them the first six."""
FIELDS = ("outcome", "point", "arm")
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_HREF = re.compile(r' href="([^"]*)"')


class _Form(HTMLParser):
    """Reads the choices of the explorer's form and the chosen ones."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.choices: dict[str, dict[str, str]] = {}
        self.chosen: dict[str, str] = {}
        self._name = ""
        self._value: str | None = None
        self._text, self._selected = "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "select":
            self._name = attributes.get("name") or ""
            self.choices[self._name] = {}
        elif tag == "input":
            name, value = attributes.get("name") or "", attributes.get("value") or ""
            self.choices[name], self.chosen[name] = {value: value}, value
        elif tag == "option":
            self._value, self._selected, self._text = attributes.get("value"), "selected" in attributes, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "option":
            value = self._text if self._value is None else self._value
            self.choices[self._name][value] = self._text
            if self._selected:
                self.chosen[self._name] = value
        elif tag == "select":
            self._name = ""


class _Page(NamedTuple):
    """One state of the explorer: its fields, its elements, and the choices of its form."""

    fields: tuple[str, ...]
    body: Html
    choices: Mapping[str, Mapping[str, str]]


def check_folders(folders: Sequence[Path]) -> None:
    """Raise UserError unless every folder holds results with an export."""
    for folder in folders:
        check_folder(folder)


def gallery(folders: Sequence[Path]) -> dict[str, tuple[str, Html]]:
    """Return title and elements of every page, by its path in the atlas; gallery/index.html lists the folders.

    Raises UserError for a folder that cannot be shown.
    """
    pages: dict[str, tuple[str, Html]] = {}
    items = []
    for number, folder in enumerate(folders, 1):
        own = _folder_pages(folder, MOST_BYTES // len(folders))
        pages |= {f"gallery/{number}/{name}": (f"Results: {folder.name}", body) for name, body in own.items()}
        items.append(h("li", None, h("a", {"href": f"./{number}/index.html"}, folder.name)))
    about = "Results of studies. Each page shows an outcome, a design point and an arm; a link plays one run."
    return pages | {"gallery/index.html": ("Results", fragment(h("p", None, about), h("ul", None, items)))}


def _folder_pages(folder: Path, most_bytes: int) -> dict[str, Html]:
    """Return the pages of one folder by file name, the default one as index.html."""
    first = _page(folder, {})
    kept = {first.fields: first}
    size = len(first.body)
    for fields in _wanted(folder, first):
        if fields in kept:
            continue
        page = _page(folder, dict(zip(FIELDS, fields, strict=True)))
        size += len(page.body.encode())
        if size > most_bytes or len(kept) >= MOST_PAGES:
            break
        kept[page.fields] = page
    names = {fields: "index.html" if index == 0 else f"{index}.html" for index, fields in enumerate(kept)}
    return {names[fields]: _linked(page, names, folder.name) for fields, page in kept.items()}


def _page(folder: Path, fields: Mapping[str, str]) -> _Page:
    try:
        body = explore(folder, fields)
    except ExplorerError as error:
        raise UserError(str(error)) from error
    form = _Form(_FORM.search(body).group())  # type: ignore[union-attr]
    return _Page(tuple(form.chosen.get(name, "") for name in FIELDS), body, form.choices)


def _wanted(folder: Path, first: _Page) -> list[tuple[str, ...]]:
    """Return the fields of the pages in order of importance: those that differ from the first page in one field first.

    Arms differ between design points, so the arms of each point are read from its own page.
    """
    outcome, point, arm = first.fields
    known = list(first.choices["outcome"])
    outcomes = [name for name in OUTCOMES if name in known] or known[: len(OUTCOMES)]
    arms = {place: [arm] for place in first.choices.get("point", {"": ""})}
    arms[point] = list(first.choices["arm"])
    for place in itertools.islice(arms, MOST_PAGES):
        if place != point:
            own = _page(folder, {"outcome": outcome, "point": place})
            arms[place] = [own.fields[2], *(name for name in own.choices["arm"] if name != own.fields[2])]
    wanted = [(name, place, choice) for place, choices in arms.items() for name in outcomes for choice in choices]

    def distance(fields: tuple[str, ...]) -> int:
        return sum(mine != own for mine, own in zip(fields, first.fields, strict=True))

    return sorted(wanted, key=distance)


def _linked(page: _Page, names: Mapping[tuple[str, ...], str], folder: str) -> Html:
    """Return the elements of a page with links to files: lists of links in place of the form."""
    chosen = dict(zip(FIELDS, page.fields, strict=True))

    def file_of(fields: Mapping[str, str]) -> str | None:
        return names.get(tuple({**chosen, **fields}[name] for name in FIELDS))

    def replaced(match: re.Match[str]) -> str:
        target = html.unescape(match[1])
        if target.startswith("./?"):
            return f' href="{html.escape(f"../../index.html{target[2:]}")}"'
        if target.startswith("?"):
            name = file_of(dict(parse_qsl(target[1:])))
            return f' href="./{name}"' if name else ""
        return match[0]

    lists = [_choice(name, page, chosen, names) for name in FIELDS]
    more = (
        "This is a selection of the pages. ",
        h("code", None, f"moat view {folder}"),
        " shows every outcome, design point and arm.",
    )
    body = _HREF.sub(replaced, _FORM.sub("", page.body))
    return fragment(h("nav", {"aria-label": "Choose a page"}, lists), h("p", None, more), Html(body))


def _choice(name: str, page: _Page, chosen: Mapping[str, str], names: Mapping[tuple[str, ...], str]) -> Html | None:
    """Return the links of one field: a page for each value that has one."""
    if len(page.choices.get(name, {})) < 2:
        return None
    links: list[object] = []
    for value, label in page.choices[name].items():
        file = names.get(tuple({**chosen, name: value}[field] for field in FIELDS))
        if value == chosen[name]:
            links.append(h("strong", {"aria-current": "page"}, label))
        elif file:
            links.append(h("a", {"href": f"./{file}"}, label))
        else:
            continue
        links.append(" ")
    return h("p", {"class": "plays"}, f"{name}: ", links)
