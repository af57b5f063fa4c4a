"""The page for teachers: address and QR code, guesses of the class, answer key, lesson plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import segno

from .html import Html, h
from .lessons import LESSONS, PRESETS_OF_LESSON

QUIET = 4
"""Modules of white around a QR code, as the standard asks."""


class ClassPage(NamedTuple):
    """What the page for teachers shows of this server.

    addresses: for students, the first one as a QR code; own: the address on this machine; scenes: labels by name;
    is_teacher: whether the reader sits at the machine of the server; has_key: whether a key admits other teachers.
    """

    addresses: Sequence[str]
    own: str
    scenes: Mapping[str, str]
    is_teacher: bool
    has_key: bool


def qr_code(text: str) -> Html:
    """Return a QR code as an inline drawing: black on white in light and dark mode, so that phones can read it."""
    rows = [bytes(row) for row in segno.make(text, micro=False).matrix]
    size = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    drawing = {"viewBox": f"0 0 {size} {size}", "role": "img", "aria-label": f"QR code of {text}", "class": "qr"}
    white = h("rect", {"width": size, "height": size, "fill": "#fff"})
    return h("svg", drawing, white, h("path", {"d": path, "fill": "#000", "shape-rendering": "crispEdges"}))


def teachers_body(shown: ClassPage) -> list[Html]:
    """Return the elements of the page."""
    return [*_address(shown), *_guesses(shown), *_answers(shown), *lessons_body()]


def _address(shown: ClassPage) -> list[Html]:
    heading = h("h2", None, "Address for students")
    if not shown.addresses:
        own = h("p", {"class": "address"}, shown.own)
        text = (
            "This address works on this machine alone. To admit a class, stop the page and start it with the address "
            "of this machine on the class network: "
        )
        return [heading, own, h("p", None, text, h("code", None, "moat view --host ADDRESS"))]
    first, *others = shown.addresses
    more = [h("p", None, "Other addresses of this machine: ", ", ".join(others))] if others else []
    text = h(
        "div", None, h("p", {"class": "address"}, first), h("p", None, "Type it, or point a phone at the code."), more
    )
    return [heading, h("div", {"class": "join"}, qr_code(first), text)]


def _guesses(shown: ClassPage) -> list[Html]:
    options = [h("option", {"value": name}, label) for name, label in shown.scenes.items()]
    choice = h("label", None, "Preset ", h("select", {"id": "scene"}, options))
    count = h("p", {"id": "count", "role": "status"}, "Guesses: 0")
    reset = h("button", {"id": "reset", "type": "button"}, "Erase all guesses")
    key = h(
        "label", {"id": "key-field", "hidden": shown.is_teacher}, "Key that moat view printed ",
        h("input", {"id": "key", "type": "password", "autocomplete": "off", "size": 16}),
    )  # fmt: skip
    about = (
        "Of 100 takeovers, how many reversals does the class expect? One histogram for each share of voters who hold "
        "crypto. The server counts one guess for each browser and keeps no name."
    )
    closed = "To see the answer key or to erase guesses, open this page on the machine that runs the server" + (
        ", or enter the key." if shown.has_key else "."
    )
    note = None if shown.is_teacher else h("p", None, closed)
    rules = {"class": "controls", "data-teacher": "yes" if shown.is_teacher else "no"}
    return [
        h("h2", None, "Guesses of the class"),
        h("p", None, about),
        h("div", rules, choice, reset, key if shown.has_key and not shown.is_teacher else None),
        *([note] if note else []),
        count,
        h("div", {"id": "histograms"}),
        h("div", {"id": "curve"}),
        h("p", {"id": "problem", "role": "status"}),
    ]


def _answers(shown: ClassPage) -> list[Html]:
    names = ("preset", "0%", "10%", "30%", "60%", "prevented", "caused", "paired difference (95%)")
    heads = [h("th", {"scope": "col"}, name) for name in names]
    rows = [
        h("tr", {"data-scene": name}, h("th", {"scope": "row"}, shown.scenes[name]), h("td", {"colspan": 7}, "-"))
        for name in PRESETS_OF_LESSON
    ]
    table = h("table", {"id": "answers"}, h("thead", None, h("tr", None, heads)), h("tbody", None, rows))
    about = (
        "Reversals of 100 takeovers at each share of voters, then exposure against no exposure, pair by pair, at the "
        "share of the preset. The server computes these numbers with this version, by the same code as the page; "
        "the first time takes about a minute."
    )
    summary = h("summary", None, "Answer key (the model's numbers: do not project before the guess)")
    inside = [
        h("p", None, about),
        h("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Answer key"}, table),
    ]
    return [h("h2", None, "Answer key"), h("details", {"id": "key-of-answers"}, summary, inside)]


def lessons_body() -> list[Html]:
    """Return the elements of the lesson plans."""
    shown: list[Html] = []
    for title, steps in LESSONS:
        items = [h("li", None, h("strong", None, f"{heading}. "), text) for heading, text in steps]
        shown += [h("h2", None, title), h("ol", None, items)]
    return shown
