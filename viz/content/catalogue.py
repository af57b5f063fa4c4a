"""Data that the page loads once: presets, every parameter with its metadata, the tour."""

from __future__ import annotations

import functools
import json
import math
from typing import Any

from ...agents.party.rules import RULES
from ...model.parameters.tree import Described, Parameters, describe
from ..scenario import code, scenes, version
from .texts import GLOSSARY, MAIN_PARAMETERS, TOUR

PAGES = (
    ("result", "The result"),
    ("teachers", "For teachers"),
    ("results", "Results folder"),
    ("expert", "Mesa's own page"),
)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _kind(parameter: Described, annotation: Any) -> tuple[str, list[str]]:
    """Return the kind of control and, for a choice, its options."""
    if parameter.name == "party.rule":
        return "choice", list(RULES)
    choices = getattr(annotation, "__args__", None)
    if choices and all(isinstance(choice, str) for choice in choices):
        return "choice", list(choices)
    if isinstance(parameter.value, bool):
        return "switch", []
    if isinstance(parameter.value, int):
        return "whole", []
    return ("number" if isinstance(parameter.value, float) else "text"), []


def parameter_cards() -> list[dict[str, Any]]:
    """Describe every parameter for the page: label, meaning, unit, ranges, role, status, source and kind of control."""
    cards = []
    tree = Parameters()
    for parameter in describe(tree):
        group, leaf = parameter.name.split(".")
        annotation = type(getattr(tree, group)).model_fields[leaf].annotation
        kind, choices = _kind(parameter, annotation)
        known = parameter.known
        cards.append(
            {
                "name": parameter.name,
                "label": leaf.replace("_", " ").capitalize(),
                "about": MAIN_PARAMETERS.get(parameter.name, ""),
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


def group_descriptions() -> dict[str, str]:
    """Return the first line of the docstring of each parameter group."""
    tree = Parameters()
    descriptions = {}
    for name in Parameters.model_fields:
        lines = (type(getattr(tree, name)).__doc__ or "").strip().splitlines()
        descriptions[name] = lines[0].rstrip(".") if lines else ""
    return descriptions


@functools.cache
def catalogue(standalone: bool = False) -> str:
    """Return the data as JSON text; standalone: for a file without a server, which has no parameter form."""
    return json.dumps(
        {
            "scenes": {name: {"label": scene.label, "sentence": scene.sentence} for name, scene in scenes().items()},
            "parameters": [] if standalone else parameter_cards(),
            "groups": {} if standalone else group_descriptions(),
            "main": list(MAIN_PARAMETERS),
            "tour": TOUR,
            "glossary": sorted(GLOSSARY.items()),
            "pages": PAGES,
            "version": version(),
            "code": code(),
            "standalone": standalone,
        },
        allow_nan=False,
    )
