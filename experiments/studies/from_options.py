"""Studies from the options of a command: checked, then written as the text of a study file and read like any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...agents.calibration import CalibrationError
from ...agents.party.rules import RULES
from ...agents.user_input import LARGEST_SEED, SEEDS, plain_number, plain_whole, shown
from ...model.parameters.presets import preset
from ...model.parameters.tree import ParameterError, Parameters, from_calibration, unknown_name
from ..errors import UserError
from ..plugins.study_file import read_plugins
from ..protocols import PROTOCOLS
from .attachments import Neighbours
from .limits import joined
from .reader import BREADTH, VISIBILITY, StudyFile, parse_study, with_protocol_values
from .schema import DEFAULT_SEED

DEFAULT_PROTOCOL = "stress"
MOST_CYCLES = 100
PRIMARY_BREADTH = 0.3


def parse_settings(settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return NAME=VALUE texts as a dict, and a line for each text that is malformed or repeats a parameter."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for text in settings:
        name, separator, value = (part.strip() for part in text.partition("="))
        if not (name and separator and value):
            problems.append(f"--set {shown(text, quotes=False)} is not possible; write --set NAME=VALUE")
        elif name in values:
            problems.append(f"--set {shown(name, quotes=False)} is given twice")
        else:
            values[name] = value
    return values, problems


def parse_events(texts: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return MONTH:MOVE and MONTH:NAME=VALUE texts as tables of [[events]], and a line for each malformed one."""
    events: list[dict[str, Any]] = []
    problems: list[str] = []
    for text in texts:
        month, separator, what = (part.strip() for part in text.partition(":"))
        number = plain_whole(month)
        if not (separator and what) or number is None:
            problems.append(
                f"--event {shown(text, quotes=False)} is not possible; write --event 60:cap or "
                "--event 60:policy.cap_low=0.01"
            )
        elif "=" in what:
            values, wrong = parse_settings([what])
            problems += [line.replace("--set", "--event") for line in wrong]
            events.append({"month": number, "set": {name: _value(value) for name, value in values.items()}})
        else:
            events.append({"month": number, "move": what})
    return events, problems


def _value(text: str) -> Any:
    """Return the value that a text of the command line stands for in a study file."""
    number = plain_number(text)
    return {"true": True, "false": False}.get(text, text if number is None else number)


def parse_breadths(text: str) -> tuple[float, ...]:
    """Return comma-separated breadths in increasing order, with 0 added. UserError names each that is wrong."""
    breadths: list[float] = []
    wrong: list[str] = []
    for word in text.split(","):
        value = plain_number(word)
        if value is None:
            wrong.append(f"breadth {shown(word.strip())} is not a number; allowed: 0 to 1 share of voters")
        elif 0.0 <= value <= 1.0:
            breadths.append(float(value))
        else:
            wrong.append(f"breadth {value:g} is not possible; allowed: 0 to 1 share of voters")
    if wrong:
        raise UserError(joined(wrong))
    if len(set(breadths)) != len(breadths):
        raise UserError(f"breadths {shown(text, quotes=False)} name one value twice")
    return tuple(sorted({0.0, *breadths}))


def study_of_run(
    *,
    preset_name: str = "calibrated",
    settings: Sequence[str] = (),
    replicates: int | None = None,
    voters: int | None = None,
    seed: int = DEFAULT_SEED,
    breadths: str | None = None,
    rule: str | None = None,
    calibration: Path | None = None,
    protocol: str = DEFAULT_PROTOCOL,
    cycles: int | None = None,
    fixed: Mapping[str, Any] | None = None,
    earlier: Sequence[str] = (),
    folder: Path | None = None,
    population: Path | None = None,
    network: Path | None = None,
    events: Sequence[str] = (),
    plugins: Sequence[Path] = (),
) -> StudyFile:
    """Return the study of `moat run`: one setting of the parameters, every dose an arm.

    fixed: options of the protocol that replace its own. folder: of the files that they name. events: texts of
    `parse_event`. plugins: files with rules, policy moves and protocols of the user's own. Raises UserError with every
    mistake, one line each, after the mistakes `earlier`.
    """
    values, wrong = parse_settings(settings)
    dated, unread = parse_events(events)
    problems = [*earlier, *wrong, *unread]
    inputs = {key: path for key, path in (("population", population), ("network", network)) if path is not None}
    files = {path.name: path for path in (*inputs.values(), *plugins)}
    if len(files) < len(inputs) + len(plugins):
        problems.append("--population, --network, --plugin: two files have one name; rename one of them")
    own_code = [path.name for path in plugins]
    named = {"protocol": protocol, "set": values | ({} if rule is None else {"party.rule": rule})}
    read_plugins({"plugins": {"files": own_code}, "model": named}, Neighbours(folder, files), problems)
    kind = PROTOCOLS.get(protocol)
    if kind is None:
        problems.append(f"protocol {shown(protocol)} is not possible; allowed: {', '.join(PROTOCOLS)}")
        kind = PROTOCOLS[DEFAULT_PROTOCOL]
    defaults = kind.run_defaults
    doses: tuple[float, ...] = defaults.breadths
    if values.pop(BREADTH, None) is not None:
        problems.append(f"{BREADTH} is the dose of the experiment; give it with --breadth")
    if breadths is not None:
        try:
            doses = parse_breadths(breadths)
        except UserError as error:
            problems.append(str(error))
    replicates = defaults.replicates if replicates is None else replicates
    if replicates < 1:
        problems.append(f"--replicates {replicates} is not possible; allowed: 1 or more")
    if not 0 <= seed <= LARGEST_SEED:
        problems.append(f"--seed {seed} is not possible; allowed: {SEEDS}")
    options: dict[str, Any] = {}
    if cycles is not None:
        takers = [name for name, other in PROTOCOLS.items() if "cycles" in other.options.model_fields]
        if protocol in PROTOCOLS and protocol not in takers:
            problems.append(f"--cycles is the length of a history; give --protocol {' or '.join(takers)} with it")
        elif not 1 <= cycles <= MOST_CYCLES:
            problems.append(f"--cycles {cycles} is not possible; allowed: 1 to {MOST_CYCLES} presidential terms")
        options["cycles"] = cycles
    for option, name, value in (("--voters", "electorate.voters", voters), ("--rules", "party.rule", rule)):
        if value is not None:
            if name in values:
                problems.append(f"{option} and --set {name} are the same parameter; give one of them")
            values[name] = value
    if "party.rule" in values and values["party.rule"] not in RULES:
        unknown = unknown_name(values.pop("party.rule"), list(RULES), "party rule")
        problems.append(f"{unknown} (there are {', '.join(RULES)})")
    counted = population is not None and "electorate.voters" not in values
    p = _tree(preset_name, calibration, with_protocol_values(values, kind, preset_name), problems)
    if p.network.kind == "own" and network is None:
        problems.append("network.kind = own needs ties; give them with --network FILE")
    if problems:
        raise UserError("\n".join(problems))
    # A preset that sets visibility runs at that value alone; otherwise all levels of the protocol run.
    chosen = p.exposure.visibility
    visibilities = (chosen,) if VISIBILITY in values or chosen != 1.0 else defaults.visibilities
    options = kind.options().model_dump() | options | kind().run_options(p, doses) | dict(fixed or {})
    return parse_study(
        study_text(
            f"{preset_name}-{protocol}",
            preset_name,
            protocol,
            p,
            seed=seed,
            options={name: value for name, value in options.items() if value is not None},
            breadths=doses,
            visibilities=visibilities,
            replicates=replicates,
            single_setting=True,
            files={key: path.name for key, path in inputs.items()},
            count_voters=counted,
            events=dated,
            plugins=own_code,
        ),
        folder=folder,
        files=files,
        lines=False,
    )


def study_of_rule(rule: str, protocol: str, **options: Any) -> StudyFile:
    """Return the study of `moat run --rules all` under one party rule: zero exposure and the declared dose alone.

    options: see `study_of_run`. Raises UserError for a protocol without that contrast.
    """
    contrast = PROTOCOLS[protocol].rule_contrast
    if contrast is None:
        raise UserError("--rules all belongs to the stress test; give one rule for a history")
    doses = f"0,{PRIMARY_BREADTH}"
    return study_of_run(**options | {"rule": rule, "protocol": protocol, "breadths": doses, "fixed": contrast})


def _tree(preset_name: str, calibration: Path | None, values: Mapping[str, Any], problems: list[str]) -> Parameters:
    """Return the preset with `values`, over the user's calibration if there is one; add lines to `problems`."""
    base, tree = None, Parameters()
    try:
        base = from_calibration(calibration) if calibration is not None else None
    except (ParameterError, CalibrationError) as error:
        problems.append(str(error))
    try:
        tree = preset(preset_name, base)
    except ParameterError as error:
        problems.append(str(error))
    try:
        tree = tree.with_values(values)
    except ParameterError as error:
        problems.append(str(error))
    return tree


def study_of_dose(
    protocol: str,
    preset_name: str,
    settings: Sequence[str],
    voters: int,
    *,
    seed: int,
    replicates: int,
    breadth: float,
    visibility: float,
    options: Mapping[str, Any] | None = None,
    draws: int | None = None,
) -> StudyFile:
    """Return the study of `moat mediation` or `moat prior-mass`, named like its protocol. UserError as above."""
    values, problems = parse_settings(settings)
    p = _tree(preset_name, None, {"electorate.voters": voters, **values}, problems)
    if problems:
        raise UserError("\n".join(problems))
    exposure: dict[str, Any] = {"breadths": (0.0, breadth), "visibilities": (visibility,)}
    design = None if draws is None else {"kind": "lhs", "samples": draws}
    asked: dict[str, Any] = {"seed": seed, "options": options or {}, "replicates": replicates, "design": design}
    return parse_study(study_text(protocol, preset_name, protocol, p, **exposure, **asked), lines=False)


def run_folder(study: StudyFile) -> Path:
    """Return the default results folder of `moat run`: results/PRESET-PROTOCOL-SEED."""
    return Path("results") / f"{study.study.name}-{study.study.seed}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # escapes of JSON are those of TOML
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


def study_text(
    name: str,
    preset_name: str,
    protocol: str,
    p: Parameters,
    *,
    seed: int,
    options: Mapping[str, Any],
    breadths: Sequence[float],
    visibilities: Sequence[float],
    replicates: int,
    design: Mapping[str, Any] | None = None,
    single_setting: bool = False,
    files: Mapping[str, str] | None = None,
    count_voters: bool = False,
    events: Sequence[Mapping[str, Any]] = (),
    plugins: Sequence[str] = (),
) -> str:
    """Return a study file: preset, changed parameters, protocol with its options, doses and replicates.

    design: the keys of [design]; None for a study of one design point. files: names of the study's own population and
    network. count_voters: the population file gives the number of voters. events: the keys of each of [[events]].
    """
    in_model = PROTOCOLS[protocol].options_in_model
    lines = ["[study]", f"name = {_toml(name)}", f"seed = {seed}"]
    if single_setting:
        lines.append("single_setting = true")
    lines += ["", "[model]", f"preset = {_toml(preset_name)}", f"protocol = {_toml(protocol)}"]
    lines += [] if count_voters else [f"voters = {p.electorate.voters}"]
    lines += [*_keys(files or {}), *(_keys(options) if in_model else [])]
    aside = (BREADTH, VISIBILITY, "electorate.voters")
    base = preset(preset_name).with_values(with_protocol_values({}, PROTOCOLS[protocol], preset_name))
    changed = {name: here for name, (here, _) in p.difference(base).items() if name not in aside}
    if changed:
        lines += ["", "[model.set]", *(f"{_toml(name)} = {_toml(value)}" for name, value in sorted(changed.items()))]
    if design is not None:
        lines += ["", "[design]", *_keys(design)]
    lines += ["", f'[factors."{BREADTH}"]', f"levels = {_toml(breadths)}", 'unit = "share of voters"']
    lines += ["", f'[factors."{VISIBILITY}"]', f"levels = {_toml(visibilities)}"]
    lines += ["", "[replicates]", f"min = {replicates}"]
    if options and not in_model:
        lines += ["", f"[{protocol}]", *_keys(options)]
    for event in events:
        lines += ["", "[[events]]", *_keys(event)]
    if plugins:
        lines += ["", "[plugins]", f"files = {_toml(plugins)}"]
    return "\n".join(lines) + "\n"


def _keys(options: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in options.items()]
