"""Reads and checks a study file: reports all mistakes at once, computes nothing, imports no heavy library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ...agents.user_input import TextFileError, read_text
from ...model.parameters.presets import PRESETS, preset
from ...model.parameters.tree import ParameterError, Parameters, unknown_name
from ...model.population.population_file import PersonTable
from ..errors import UserError
from ..plugins.study_file import read_plugins, with_outcomes
from ..plugins.study_plugins import StudyPlugins
from ..protocols import PROTOCOLS, Protocol
from ..protocols.contract import Declared
from ..protocols.messages import nearest
from ..protocols.options import Options
from ..protocols.run_inputs import NO_INPUTS, RunInputs
from .arm_names import BREADTH as BREADTH
from .arm_names import VISIBILITY as VISIBILITY
from .arm_names import settings_of, suffix_of
from .attachments import NOWHERE, Attachment, Neighbours
from .factors import Rows, check_factor, check_set, is_arm_factor
from .inputs_reader import Asked, fixed_by_files, read_inputs, read_people, set_by_files
from .limits import MOST_MISTAKES, points_of, size_problems
from .mistakes import checked_events, checked_factors, checked_protocol, checked_sections
from .prior import prior_factors
from .schema import (
    DesignSection,
    EngineSection,
    FactorSection,
    ModelSection,
    ReplicatesSection,
    SeriesSection,
    StudySection,
)
from .section_checks import SAMPLED, design_problems, engine_problems, listed_points, with_files_beside
from .toml.lines import read_toml


@dataclass(frozen=True)
class StudyFile:
    """A checked study: its sections, the base tree, the design points of a list (`rows`), the file as it was read."""

    study: StudySection
    model: ModelSection
    design: DesignSection
    factors: dict[str, FactorSection]
    replicates: ReplicatesSection
    engine: EngineSection
    parameters: Parameters
    text: str
    options: Options
    rows: Rows = field(default_factory=Rows)
    plugins: StudyPlugins = field(default_factory=StudyPlugins)
    attached: tuple[Attachment, ...] = field(default=(), compare=False)
    inputs: RunInputs = NO_INPUTS

    @property
    def protocol(self) -> Protocol:
        """Return the protocol that the study runs, with the study's own outcomes and the inputs of its worlds."""
        self.plugins.activate()
        protocol = PROTOCOLS[self.model.protocol](self.plugins.columns)
        protocol.inputs = self.inputs
        return protocol

    def attachments(self) -> tuple[Attachment, ...]:
        """Return the files that the study needs beside itself; `run_study` copies each to inputs/ of the folder."""
        return self.attached

    def declared(self, parameters: Parameters) -> Declared:
        """Return the declarations from which the protocol makes its design, for the parameters of one design point."""
        return _declared(self.factors, parameters, self.options, self.replicates, self.design.kind)

    @property
    def arm_factors(self) -> dict[str, list[Any]]:
        """Return the exposure factors with levels: their combinations are arms, paired within each replicate."""
        return _split(self.factors)[0]

    @property
    def point_factors(self) -> dict[str, FactorSection]:
        """Return the other declared factors: their combinations are design points."""
        return _split(self.factors)[1]

    @property
    def factor_names(self) -> list[str]:
        """Return every factor in the order of the file, then those of a list's csv."""
        return [*self.factors, *(name for name in self.rows.names if name not in self.factors)]

    @property
    def pairs(self) -> int:
        """Return the number of paired replicates in one unit of work."""
        return self.protocol.pairs(self.replicates.min)

    @property
    def stages(self) -> list[int]:
        """Return a point's units of work at each interim analysis, doubling from min to max; [min] without a rule."""
        first, last = self.replicates.min // self.pairs, self.replicates.max
        if self.replicates.stop is None or last is None:
            return [first]
        sizes = []
        while first < last:
            sizes.append(first)
            first *= 2
        return [*sizes, last]

    def canonical(self) -> dict[str, Any]:
        """Return everything that determines the rows and their number, for the manifest: all but the engine."""
        options = self.options.model_dump()
        in_model = self.protocol.options_in_model
        content = {
            "study": self.study.model_dump(),
            "model": _present(self.model.model_dump()) | (options if in_model else {}),
            "design": self.design.model_dump(),
            "factors": {name: factor.model_dump() for name, factor in self.factors.items()},
            "replicates": self.replicates.model_dump(),
            "points": {"names": list(self.rows.names), "values": [list(row) for row in self.rows.values]},
        }
        content |= self.inputs.canonical() | self.plugins.canonical()
        return content | ({self.model.protocol: options} if options and not in_model else {})


def read_study(path: Path, *, plugins: bool = True) -> StudyFile:
    """Read and check a study file; a folder stands for the study.toml in it. UserError holds a line per mistake.

    plugins: False refuses a study with plug-ins, whose code would run.
    """
    try:
        folder = path.is_dir()
    except OSError:  # a name that no file system takes, which the reader names
        folder = False
    file = path / "study.toml" if folder else path
    try:
        text = read_text(file)
    except TextFileError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            what = "holds no study.toml" if folder else "is not there"
            raise UserError(f"{path} {what}; give a study file, or the results folder of one") from error
        raise UserError(f"{file} cannot be read: {error}") from error
    return parse_study(text, str(file), file.parent, run_plugins=plugins)


def parse_study(
    text: str,
    name: str = "study.toml",
    folder: Path | None = None,
    files: Mapping[str, Path] = NOWHERE,
    *,
    lines: bool = True,
    run_plugins: bool = True,
) -> StudyFile:
    """Check the text of a study file. UserError holds a line per mistake.

    folder: the folder of the files that the study names. files: paths of those that lie elsewhere, by name.
    lines: say on which line of the text each mistake stands. run_plugins: as `plugins` of `read_study`.
    """
    beside = Neighbours(folder, files)
    toml = read_toml(text, name)
    content = toml.content
    problems: list[str] = []
    plugins = read_plugins(content, beside, problems, run=run_plugins)
    sections = checked_sections(content, problems)
    factors = checked_factors(content, problems)
    protocol, unread = checked_protocol(content, problems)
    plugins = with_outcomes(plugins, content, protocol, problems)
    options, wrong = unread.with_files(beside.folder)
    problems += wrong
    model = cast(ModelSection | None, sections["model"])
    people = read_people(model, protocol, beside, problems)
    design = cast(DesignSection | None, sections["design"])
    replicates = cast(ReplicatesSection | None, sections["replicates"])
    tree = _base(model, protocol, people, problems) or Parameters()
    for factor, section in factors.items():
        if section is not None and len(problems) <= MOST_MISTAKES:
            problems += check_factor(factor, section, tree)
    usable = {factor: section for factor, section in factors.items() if section is not None}
    if model is not None:
        problems += _model_problems(model, factors)
        problems += fixed_by_files(model, people, factors)
    rows = Rows()
    if design is not None:
        problems += protocol().problems(_declared(usable, tree, options, replicates, design.kind))
        own_prior = bool(design.prior) and design.kind in SAMPLED
        if own_prior or (protocol.draws_prior and design.kind == "lhs"):
            as_set = model.set if own_prior and model is not None else {}
            usable = {name: drawn for name, drawn in prior_factors(tree).items() if name not in as_set} | usable
        problems += design_problems(design, usable)
        if design.kind == "list" and design.file is not None:
            rows = listed_points(beside, design.file, tree, problems)
            both = [column for column in rows.names if column in factors]
            problems += [f"factors.{column}: also a column of {design.file}; give it once" for column in both]
    outcomes = (*protocol.stop_outcomes, *plugins.names)
    problems += _replicates_problems(replicates, content.get("replicates"), outcomes, usable)
    engine = cast(EngineSection | None, sections["engine"])
    problems += engine_problems(engine)
    study = cast(StudySection | None, sections["study"])
    if study is not None and study.single_setting:
        problems += _single_setting_problems(usable, design)
    if design is not None and replicates is not None and not problems and not toml.errors:
        arms, points = _split(usable)
        size = points_of(design, points, len(rows.values))
        names = len(rows.names) or len(points)
        problems += size_problems(design, size, names, arms, replicates.max or replicates.min)
    events = checked_events(content, problems)
    of_model = (model.population, model.network) if model is not None else ()
    of_design = (design.file,) if design is not None else ()
    named = [*options.files(), *plugins.files, *(name for name in (*of_design, *of_model) if name)]
    inputs = NO_INPUTS
    if model is not None and design is not None:
        declared = _declared(usable, tree, options, replicates, design.kind)
        asked = Asked(
            protocol(), tree, declared, _variants(usable), events, cast(SeriesSection | None, sections["series"])
        )
        inputs = read_inputs(asked, model, people, beside, problems)
    attached = () if problems else beside.attach(named, problems)
    toml.report(problems, lines=lines)
    return StudyFile(
        study=cast(StudySection, study),
        model=cast(ModelSection, model),
        design=cast(DesignSection, design),
        factors=usable,
        replicates=cast(ReplicatesSection, replicates),
        engine=with_files_beside(beside.study_folder, cast(EngineSection, engine)),
        parameters=tree,
        text=text,
        options=options,
        rows=rows,
        plugins=plugins,
        attached=attached,
        inputs=inputs,
    )


def _split(factors: Mapping[str, FactorSection]) -> tuple[dict[str, list[Any]], dict[str, FactorSection]]:
    """Return the levels of the factors that are arms, and the factors that make design points."""
    arms = {name: list(factor.levels or ()) for name, factor in factors.items() if is_arm_factor(name, factor)}
    return arms, {name: factor for name, factor in factors.items() if name not in arms}


def _declared(
    factors: Mapping[str, FactorSection],
    tree: Parameters,
    options: Options,
    replicates: ReplicatesSection | None,
    kind: str,
) -> Declared:
    arms, _ = _split(factors)
    return Declared(
        tree,
        _numbers(arms.get(BREADTH, [tree.exposure.breadth])),
        _numbers(arms.get(VISIBILITY, [tree.exposure.visibility])),
        options,
        None if replicates is None else replicates.min,
        tuple(name for name in arms if name not in (BREADTH, VISIBILITY)),
        kind,
        replicates is not None and replicates.stop is not None,
    )


def _variants(factors: Mapping[str, FactorSection]) -> list[str]:
    """Return the suffix of the arms' names in every setting of the exposure besides the dose."""
    return [suffix_of(setting) for setting in settings_of(_split(factors)[0])]


def _numbers(levels: Sequence[Any]) -> tuple[float, ...]:
    """Return levels as floats; leave out values of another kind, which other checks report."""
    return tuple(float(level) for level in levels if isinstance(level, int | float))


def _single_setting_problems(factors: Mapping[str, FactorSection], design: DesignSection | None) -> list[str]:
    allowed = f"allowed: levels of {BREADTH} and {VISIBILITY} alone"
    problems = [
        f"factors.{name}: a study with study.single_setting has no other factor; {allowed}"
        for name in factors
        if name not in (BREADTH, VISIBILITY)
    ]
    if design is not None and design.kind != "grid":
        problems.append(f"design.kind = {design.kind!r} is not possible with study.single_setting; allowed: grid")
    return problems


def with_protocol_values(values: Mapping[str, Any], protocol: type[Protocol], preset_name: str) -> dict[str, Any]:
    """Return the values, with the protocol's own where neither the preset nor the user sets one."""
    chosen = PRESETS[preset_name].values if preset_name in PRESETS else None
    if chosen is None:
        return dict(values)
    return {name: value for name, value in protocol.parameter_values.items() if name not in chosen} | dict(values)


def _present(model: dict[str, Any]) -> dict[str, Any]:
    """Return [model] without the files that the study does not name."""
    return {name: value for name, value in model.items() if name not in ("population", "network") or value is not None}


def _base(
    model: ModelSection | None, protocol: type[Protocol], people: PersonTable | None, problems: list[str]
) -> Parameters | None:
    """Return the tree from which every design point starts; add lines to `problems`."""
    if model is None:
        return None
    tree = Parameters()
    if model.preset in PRESETS:
        tree = preset(model.preset)
    else:
        unknown = unknown_name(model.preset, list(PRESETS), "preset")
        problems.append(f"model.preset: {unknown} (allowed: {', '.join(PRESETS)})")
    values = with_protocol_values(model.set, protocol, model.preset)
    if model.voters is not None:
        if "electorate.voters" in values:
            problems.append("model.voters and model.set electorate.voters are the same parameter; give one of them")
        values["electorate.voters"] = model.voters
    values = set_by_files(model, people) | values
    wrong, fine = check_set(values, tree)
    problems += [f"model.{'voters' if name == 'electorate.voters' else 'set'}: {line}" for name, line in wrong]
    try:
        return tree.with_values(fine)
    except ParameterError as error:
        problems += [f"model.set: {line}" for line in str(error).splitlines()]
        return None


def _model_problems(model: ModelSection, factors: Mapping[str, object]) -> list[str]:
    problems = [f"factors.{name}: also in model.set; give it once" for name in factors if name in model.set]
    if model.voters is not None and "electorate.voters" in factors:
        problems.append("factors.electorate.voters: also model.voters; give it once")
    return problems


def _replicates_problems(
    replicates: ReplicatesSection | None,
    content: Any,
    outcomes: Sequence[str],
    factors: Mapping[str, FactorSection],
) -> list[str]:
    problems = []
    if replicates is not None:
        stop, most = replicates.stop, replicates.max
        if most is not None and most < replicates.min:
            problems.append(f"replicates.max = {most} is not possible; allowed: min ({replicates.min}) or more")
        if (stop is None) != (most is None):
            present, lacking = ("max", "stop") if stop is None else ("stop", "max")
            problems.append(f"replicates.{lacking}: missing; {present} needs it (a fixed number is min alone)")
    rule = content.get("stop") if isinstance(content, Mapping) else None
    return problems + (_stop_problems(rule, outcomes, factors) if isinstance(rule, Mapping) else [])


def _stop_problems(rule: Mapping[str, Any], outcomes: Sequence[str], factors: Mapping[str, FactorSection]) -> list[str]:
    """Return a line for every unknown name in the stopping rule.

    Read from the file, because a wrong number in the same table would hide the names.
    """
    problems = []
    arms = [name for name, factor in factors.items() if is_arm_factor(name, factor)]
    named = {
        "contrast": (arms, f"exposure factors with levels: {', '.join(arms) or 'none in this study'}"),
        "outcome": (list(outcomes), ", ".join(outcomes)),
    }
    for key, (known, allowed) in named.items():
        value = rule.get(key)
        if isinstance(value, str) and value not in known:
            problems.append(
                f"replicates.stop.{key} = {value!r} is not possible; allowed: {allowed}{nearest(value, known)}"
            )
    return problems
