"""What the page is told once: scenes, every parameter with its metadata, the tour."""

from __future__ import annotations

import functools
import json
import math
from typing import Any

from ...agents.party.rules import RULES
from ...model.parameters.tree import Described, Parameters, describe
from ..scenario import code, scenes, version
from .texts import LEVERS, TOUR

PAGES = (("teachers", "For teachers"), ("glossary", "Glossary"), ("results", "Results"), ("expert", "Mesa's own page"))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _kind(one: Described, annotation: Any) -> tuple[str, list[str]]:
    """Kind of control, and the choices of one."""
    if one.name == "party.rule":
        return "choice", list(RULES)
    choices = getattr(annotation, "__args__", None)
    if choices and all(isinstance(choice, str) for choice in choices):
        return "choice", list(choices)
    if isinstance(one.value, bool):
        return "switch", []
    if isinstance(one.value, int):
        return "whole", []
    return ("number" if isinstance(one.value, float) else "text"), []


def parameter_cards() -> list[dict[str, Any]]:
    """Every parameter as the page shows it: label, what it means, unit, range, role, status, source, kind."""
    cards = []
    for one in describe(Parameters()):
        group, leaf = one.name.split(".")
        annotation = type(getattr(Parameters(), group)).model_fields[leaf].annotation
        kind, choices = _kind(one, annotation)
        known = one.known
        cards.append(
            {
                "name": one.name,
                "label": leaf.replace("_", " ").capitalize(),
                "about": LEVERS.get(one.name, ""),
                "unit": known.unit,
                "low": _finite(known.low),
                "high": _finite(known.high),
                "minimum": _finite(known.minimum),
                "maximum": _finite(known.maximum),
                "role": known.role,
                "status": known.status,
                "source": known.source,
                "kind": kind,
                "choices": choices,
            }
        )
    return cards


def group_sentences() -> dict[str, str]:
    """First line of each parameter group's description."""
    tree = Parameters()
    found = {}
    for name in Parameters.model_fields:
        lines = (type(getattr(tree, name)).__doc__ or "").strip().splitlines()
        found[name] = lines[0].rstrip(".") if lines else ""
    return found


@functools.cache
def catalogue(alone: bool = False) -> str:
    """JSON text of everything the page is told once; `alone` for the file that plays without a server."""
    return json.dumps(
        {
            "scenes": {name: {"label": one.label, "sentence": one.sentence} for name, one in scenes().items()},
            "parameters": [] if alone else parameter_cards(),
            "groups": {} if alone else group_sentences(),
            "levers": list(LEVERS),
            "tour": TOUR,
            "pages": PAGES,
            "version": version(),
            "code": code(),
            "alone": alone,
        },
        allow_nan=False,
    )
