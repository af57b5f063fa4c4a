"""Reads [plugins] and [[outcomes]] of a study file: loads the files, checks them, a line for every mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...agents.user_input import shown
from ..protocols.contract import Protocol
from ..storage.columns import Column
from ..studies.attachments import Neighbours
from ..studies.mistakes import checked_section
from ..studies.schema import ModelSection, OutcomeSection
from .checks import compiled, refuse_neighbours
from .entry_points import installed_sources
from .loading import REGISTRIES, Plugin, activate, load
from .shipped import OutcomeCall, own_outcomes
from .source import PluginError, Source, read_source
from .study_plugins import StudyPlugins

_INFINITE = float("inf")
_RULE, _MOVE = "party.rule", "policy.extra_move"


def read_plugins(
    content: Mapping[str, Any], beside: Neighbours, problems: list[str], *, run: bool = True
) -> StudyPlugins:
    """Load the plug-ins of a study file and make their names known; add a line to `problems` for each mistake.

    beside: the files of the study. In a results folder they are those that it keeps. run: False refuses a study that
    has any, since loading a plug-in runs its code.
    """
    sources: dict[str, Source] = {}
    files = _files(content)
    if not run:
        activate(())
        if files or _outcome_tables(content):
            problems.append("plugins: nothing runs the Python files of this study here; moat rerun and verify do")
        return StudyPlugins()
    for file in files:
        try:
            source = _loaded(beside.path(file), beside)
        except PluginError as error:
            problems.append(f"plugins.files: {error}")
            continue
        if source.name in sources:
            problems.append(f"plugins.files: two files are called {source.name}; allowed: each name once")
        sources[source.name] = source
    try:
        activate(tuple(sources.values()))
        for source in _further(content, sources, beside):
            files.append(source.name)
            sources[source.name] = source
        activate(tuple(sources.values()))
    except PluginError as error:
        problems.append(f"plugins: {error}")
        return StudyPlugins()
    return StudyPlugins(tuple(sources.values()), files=tuple(files))


def _files(content: Mapping[str, Any]) -> list[str]:
    """Return the names of the files; other checks report a section of another form."""
    section = content.get("plugins")
    files = section.get("files") if isinstance(section, Mapping) else None
    return [file for file in files if isinstance(file, str)] if isinstance(files, list) else []


def _loaded(path: Path, beside: Neighbours) -> Source:
    """Return the source of a file after its code has run. PluginError in one line."""
    if path.suffix != ".py":
        raise PluginError(f"{path} is not possible; allowed: a file that ends in .py")
    source = read_source(path)
    compiled(source)
    if beside.kept is None:
        refuse_neighbours(source, path.parent)
    load(source)
    return source


def _further(content: Mapping[str, Any], sources: Mapping[str, Source], beside: Neighbours) -> Iterator[Source]:
    """Yield sources of entry points for names that are unknown so far: in a results folder, those that it keeps."""
    unknown = sorted(_unknown(content, sources))
    if not unknown:
        return
    if beside.kept is not None:
        yield from (_loaded(file, beside) for file in sorted(beside.kept.glob("*.py")) if file.name not in sources)
        return
    for source, file in installed_sources(unknown):
        load(source)
        beside.place(source.name, file)
        yield source


def _unknown(content: Mapping[str, Any], sources: Mapping[str, Source]) -> set[str]:
    """Return the names in a study file that no rule, move, protocol or file has."""
    model, factors = (content.get(name) for name in ("model", "factors"))
    model, factors = (table if isinstance(table, Mapping) else {} for table in (model, factors))
    values = model.get("set")
    values = values if isinstance(values, Mapping) else {}
    wanted = {"protocol": [model.get("protocol", ModelSection().protocol)], "rule": [], "policy move": []}
    for kind, name in (("rule", _RULE), ("policy move", _MOVE)):
        factor = factors.get(name)
        levels = factor.get("levels") if isinstance(factor, Mapping) else None
        wanted[kind] = [values.get(name), *(levels if isinstance(levels, list) else [])]
    names = {
        name
        for kind, named in wanted.items()
        for name in named
        if isinstance(name, str) and name not in REGISTRIES[kind] and (kind, name) != ("policy move", "none")
    }
    functions = [table.get("function") for table in _outcome_tables(content) if isinstance(table, Mapping)]
    files = {function.partition(":")[0] for function in functions if isinstance(function, str)}
    return names | (files - sources.keys())


def _outcome_tables(content: Mapping[str, Any]) -> list[Any]:
    tables = content.get("outcomes", [])
    return tables if isinstance(tables, list) else []


def with_outcomes(
    plugins: StudyPlugins, content: Mapping[str, Any], protocol: type[Protocol], problems: list[str]
) -> StudyPlugins:
    """Return the plug-ins with the outcomes of [[outcomes]]; add a line to `problems` for each mistake."""
    if "outcomes" in content and not isinstance(content["outcomes"], list):
        problems.append(f"outcomes = {shown(content['outcomes'])} is not possible; allowed: tables, [[outcomes]]")
    calls: list[OutcomeCall] = []
    columns: list[Column] = []
    taken = {column.name for column in (*protocol().run_columns(), *protocol().cycle_columns())} | {"point"}
    for number, table in enumerate(_outcome_tables(content), start=1):
        place = f"outcomes[{number}]"
        section = checked_section(OutcomeSection, place, table, problems)
        if section is None:
            continue
        named = section.function if ":" in section.function else _installed(section.function, plugins)
        if named is None:
            allowed = "file.py:function, or the name of an entry point"
            problems.append(f"{place}.function = {section.function!r} is not possible; allowed: {allowed}")
            continue
        if section.name in taken:
            problems.append(f"{place}.name = {section.name!r} is not possible; allowed: a name that no column has")
            continue
        taken.add(section.name)
        file, _, function = named.partition(":")
        call = OutcomeCall(section.name, Path(file).name, function)
        try:
            own_outcomes(plugins.sources, [call])
        except PluginError as error:
            problems.append(f"{place}.function: {error}")
            continue
        calls.append(call)
        meaning = section.meaning or f"outcome of the study, computed by {named}"
        columns.append(Column(section.name, section.unit, -_INFINITE, _INFINITE, meaning, section.formula))
    if not problems:
        _refuse_idle(plugins, calls, problems)
    return replace(plugins, outcomes=tuple(calls), columns=tuple(columns))


def _installed(function: str, plugins: StudyPlugins) -> str | None:
    """Return "file.py:function" for a function without its file, such as that of an entry point of the same name."""
    files = [source.name for source in plugins.sources if hasattr(load(source).module, function)]
    return f"{files[0]}:{function}" if len(files) == 1 else None


def _refuse_idle(plugins: StudyPlugins, calls: Iterable[OutcomeCall], problems: list[str]) -> None:
    """Add a line for each file that holds nothing that a study could use: most likely a base class is missing."""
    used = {call.file for call in calls}
    for source in plugins.sources:
        plugin: Plugin = load(source)
        if not plugin.defined and source.name not in used:
            problems.append(
                f"plugins.files: {source.name} defines no Rule, ExtraMove or Protocol, and no outcome names it"
            )
