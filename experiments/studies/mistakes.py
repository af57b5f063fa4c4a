"""Messages about a study file, all mistakes at once: the key, the allowed values, and the nearest name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from ...agents.user_input import shown
from ..protocols import PROTOCOLS, Protocol
from ..protocols.messages import nearest
from ..protocols.options import Options, Section
from .schema import OPTIONAL, REQUIRED, SECTIONS, EventSection, FactorSection, ModelSection

S = TypeVar("S", bound=Section)

_SALVAGED = ("study", "model", "engine")
"""Sections whose valid keys are checked on their own; in others a wrong key would make the others look wrong."""


def unknown_key(place: str, known: Sequence[str]) -> str:
    """Return the line for an unknown key."""
    name = place.rpartition(".")[2]
    return f"{place}: unknown key; allowed: {', '.join(known)}{nearest(name, known)}"


def _allowed(model: type[BaseModel], path: Sequence[int | str]) -> str:
    """Return the allowed values that a field declares; the fields of a nested section declare their own."""
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            break
        inner = [
            annotation
            for annotation in (field.annotation, *getattr(field.annotation, "__args__", ()))
            if _is_section(annotation)
        ]
        if inner and part is not path[-1]:
            model = inner[0]
            continue
        extra = field.json_schema_extra
        return str(extra.get("allowed", "")) if isinstance(extra, dict) else ""
    return ""


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _keys_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    if model is ModelSection and len(path) == 1:
        return [*model.model_fields, *_takers()]
    for part in path[:-1]:
        field = model.model_fields[str(part)]
        inner = [
            annotation
            for annotation in (field.annotation, *getattr(field.annotation, "__args__", ()))
            if _is_section(annotation)
        ]
        model = inner[0]
    return list(model.model_fields)


def _line(model: type[BaseModel], place: str, error: ErrorDetails) -> str:
    path = list(error["loc"])
    full = ".".join([place, *map(str, path)]) if path else place
    if error["type"] == "extra_forbidden":
        return unknown_key(full, _keys_at(model, path))
    allowed = _allowed(model, path)
    if error["type"] == "missing":
        return f"{full}: missing; allowed: {allowed}"
    value = error["input"]
    near = nearest(value, allowed.split(", ")) if isinstance(value, str) and error["type"] == "literal_error" else ""
    return f"{full} = {shown(value)} is not possible; allowed: {allowed or 'a table'}{near}"


def checked_section(model: type[S], place: str, content: object, problems: list[str]) -> S | None:
    """Return a section from the content of the file; add lines to `problems` and return None if it is invalid."""
    if not isinstance(content, Mapping):
        problems.append(f"{place} = {shown(content)} is not possible; allowed: a table, [{place}]")
        return None
    try:
        return model.model_validate(content)
    except ValidationError as failure:
        lines = [_line(model, place, error) for error in failure.errors()]
        problems += list(dict.fromkeys(lines))
        return None


def checked_sections(content: Mapping[str, Any], problems: list[str]) -> dict[str, Section | None]:
    """Return every section of a file: defaults for absent ones, None for invalid ones."""
    own = [name for name, protocol in PROTOCOLS.items() if _has_table(protocol)]
    last = ("engine", "factors", "series", "events", "outcomes", "plugins")
    known = [*(name for name in SECTIONS if name not in last), *own, *last]
    problems += [unknown_key(name, known) for name in content if name not in known]
    sections: dict[str, Section | None] = {}
    for name, model in SECTIONS.items():
        if name in OPTIONAL and name not in content:
            sections[name] = None
        elif name in content or name not in REQUIRED:
            table = content.get(name, {})
            own_keys = _shared(table) if name == "model" else table
            checked = checked_section(model, name, own_keys, problems)
            sections[name] = _without_wrong(model, own_keys) if checked is None and name in _SALVAGED else checked
        else:
            needed = [key for key, field in model.model_fields.items() if field.default is PydanticUndefined]
            problems.append(f"{name}: missing; allowed: a table [{name}] with {', '.join(needed)}")
            sections[name] = None
    return sections


def _without_wrong(model: type[S], content: object) -> S | None:
    """Return a section from its valid keys, so that the rest of the file is checked against them; None if none fit."""
    if not isinstance(content, Mapping):
        return None
    try:
        return model.model_validate(content)
    except ValidationError as failure:
        wrong = {error["loc"][0] for error in failure.errors() if error["loc"]}
    try:
        return model.model_validate({key: value for key, value in content.items() if key not in wrong})
    except ValidationError:
        return None


def _has_table(protocol: type[Protocol]) -> bool:
    return bool(protocol.options.model_fields) and not protocol.options_in_model


def _takers() -> dict[str, list[str]]:
    """Return the keys of [model] that are options of protocols, with the names of these protocols."""
    takers: dict[str, list[str]] = {}
    for name, protocol in PROTOCOLS.items():
        for key in protocol.options.model_fields if protocol.options_in_model else ():
            takers.setdefault(key, []).append(name)
    return takers


def _shared(table: object) -> object:
    """Return the [model] table without the options of protocols."""
    if not isinstance(table, Mapping):
        return table
    takers = _takers()
    return {key: value for key, value in table.items() if key not in takers}


def checked_protocol(content: Mapping[str, Any], problems: list[str]) -> tuple[type[Protocol], Options]:
    """Return the protocol that a file names, and its options; defaults where the file is wrong."""
    model = content.get("model", {})
    table = model if isinstance(model, Mapping) else {}
    name = table.get("protocol", ModelSection().protocol)
    protocol = PROTOCOLS.get(name) if isinstance(name, str) else None
    if protocol is None:
        near = nearest(name, PROTOCOLS) if isinstance(name, str) else ""
        problems.append(f"model.protocol = {shown(name)} is not possible; allowed: {', '.join(PROTOCOLS)}{near}")
        return PROTOCOLS[ModelSection().protocol], PROTOCOLS[ModelSection().protocol].options()
    own = protocol.options.model_fields if protocol.options_in_model else {}
    for key, takers in _takers().items():
        if key in table and key not in own:
            problems.append(f"model.{key}: only with protocol {' or '.join(takers)}, this one is {name}; leave it out")
    for other, kind in PROTOCOLS.items():
        if other in content and other != name and _has_table(kind):
            problems.append(f"{other}: only with protocol {other}, this one is {name}; leave the table out")
    if protocol.options_in_model:
        place, wanted = "model", {key: value for key, value in table.items() if key in own}
    else:
        place, wanted = name, content.get(name, {})
    options = checked_section(protocol.options, place, wanted, problems) if protocol.options.model_fields else None
    return protocol, options or protocol.options()


def checked_factors(content: Mapping[str, Any], problems: list[str]) -> dict[str, FactorSection | None]:
    """Return the factors of a file by dotted name, in its order; None for invalid ones."""
    factors = content.get("factors", {})
    if not isinstance(factors, Mapping):
        problems.append(f"factors = {shown(factors)} is not possible; allowed: a table for each factor")
        return {}
    checked: dict[str, FactorSection | None] = {}
    for name, section in factors.items():
        nested = (
            isinstance(section, Mapping) and section and all(isinstance(value, Mapping) for value in section.values())
        )
        if nested and "." not in name:  # [factors.exposure.breadth], without the quotes
            for leaf, inner in section.items():
                full = f"{name}.{leaf}"
                checked[full] = checked_section(FactorSection, f"factors.{full}", inner, problems)
        else:
            checked[name] = checked_section(FactorSection, f"factors.{name}", section, problems)
    return checked


def checked_events(content: Mapping[str, Any], problems: list[str]) -> dict[str, EventSection]:
    """Return the valid events of a file by their place, such as "events[0]", in its order."""
    events = content.get("events", [])
    if not isinstance(events, list):
        problems.append(f"events = {shown(events)} is not possible; allowed: a table [[events]] for each event")
        return {}
    checked = {
        place: checked_section(EventSection, place, event, problems)
        for place, event in ((f"events[{number}]", event) for number, event in enumerate(events))
    }
    return {place: event for place, event in checked.items() if event is not None}
