"""What is wrong with a study file, every mistake at once: the key, what is allowed, and the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from .schema import REQUIRED, SECTIONS, FactorSection, Section

_SHOWN_CHARACTERS = 60
S = TypeVar("S", bound=Section)


def nearest(name: str, known: Iterable[str]) -> str:
    """The tail "; did you mean 'x'?" for the nearest known name, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def shown(value: object) -> str:
    """A value as a message shows it."""
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def unknown_key(place: str, known: Sequence[str]) -> str:
    """One line for a key nobody knows."""
    name = place.rpartition(".")[2]
    return f"{place}: unknown key; allowed: {', '.join(known)}{nearest(name, known)}"


def _allowed(model: type[BaseModel], path: Sequence[int | str]) -> str:
    """What a field says is possible; fields of a nested section say it themselves."""
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            break
        inner = [one for one in (field.annotation, *getattr(field.annotation, "__args__", ())) if _is_section(one)]
        if inner and part is not path[-1]:
            model = inner[0]
            continue
        extra = field.json_schema_extra
        return str(extra.get("allowed", "")) if isinstance(extra, dict) else ""
    return ""


def _is_section(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, Section)


def _keys_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    for part in path[:-1]:
        field = model.model_fields[str(part)]
        inner = [one for one in (field.annotation, *getattr(field.annotation, "__args__", ())) if _is_section(one)]
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
    """A section from what the file holds; None, and lines added to `problems`, if it cannot be one."""
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
    """Every section of a file; defaults for those left out, None for those that are wrong."""
    known = [*SECTIONS, "factors"]
    problems += [unknown_key(name, known) for name in content if name not in known]
    found: dict[str, Section | None] = {}
    for name, model in SECTIONS.items():
        if name in content or name not in REQUIRED:
            found[name] = checked_section(model, name, content.get(name, {}), problems)
        else:
            needed = [key for key, field in model.model_fields.items() if field.default is PydanticUndefined]
            problems.append(f"{name}: missing; allowed: a table [{name}] with {', '.join(needed)}")
            found[name] = None
    return found


def checked_factors(content: Mapping[str, Any], problems: list[str]) -> dict[str, FactorSection | None]:
    """The factors of a file by dotted name, in its order; None for those that are wrong."""
    factors = content.get("factors", {})
    if not isinstance(factors, Mapping):
        problems.append(f"factors = {shown(factors)} is not possible; allowed: a table for each factor")
        return {}
    found: dict[str, FactorSection | None] = {}
    for name, one in factors.items():
        nested = isinstance(one, Mapping) and one and all(isinstance(value, Mapping) for value in one.values())
        if nested and "." not in name:  # [factors.exposure.breadth], without the quotes
            for leaf, inner in one.items():
                full = f"{name}.{leaf}"
                found[full] = checked_section(FactorSection, f"factors.{full}", inner, problems)
        else:
            found[name] = checked_section(FactorSection, f"factors.{name}", one, problems)
    return found
