"""Tables of a paper: design, contrasts, doses, depths, moves, variants of the study, shipped ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from ...agents.source_hash import short
from ..protocols.outcome_names import named_depths
from ..protocols.run_inputs import StudyEvent
from ..protocols.stress_test.depth import depth_curve, moves_at_end, taus_of
from ..protocols.stress_test.dose_response import dose_response
from ..reporting.latex import depth_tex, dose_response_tex, escape, interval, sensitivity_tex, share, signed, tabular
from ..reporting.point_labels import set_values, short_names, value_text
from ..reporting.sections.depth import named_rows
from ..studies.factors import known_quantity
from .macros import plain
from .numbers import verdict_of
from .shipped import shipped_tables
from .subject import Setting, Subject

LONGEST = 36
"""Rows of contrasts that fit a page, and of a table of sensitivity."""
_RAGGED = r">{\raggedright\arraybackslash}"
_DESIGN = rf"l{_RAGGED}p{{.35\linewidth}}{_RAGGED}p{{.25\linewidth}}"
_WORDS = {"moat": "falls", "trapdoor": "rises", "null": "no effect", "inconclusive": "undecided"}


def tables_of(subject: Subject) -> dict[str, str]:
    """Return the LaTeX of every table by its file name without ending, in the order of the paper."""
    tables = {
        "design": _design(subject),
        "contrasts": _contrasts(subject),
        "dose-response": _doses(subject),
        "depth": _depths(subject),
        "moves": _moves(subject),
        **_variants(subject),
        **shipped_tables(),
        **_sensitivity(subject),
    }
    # Tables at the top of pages alone would drift past the references.
    return {name: text.replace(r"\begin{table}[t]", r"\begin{table}[htbp]") for name, text in tables.items()}


def own_doses(setting: Setting) -> pd.DataFrame:
    """Return the dose-response table of a setting's own layer and foresight."""
    return dose_response(setting.runs, setting.layer, foresight=setting.foresight)


def curve_of(setting: Setting) -> pd.DataFrame:
    """Return RD(tau) of a setting's own layer at the breadth of its contrast."""
    curve = depth_curve(setting.runs, setting.layer, taus_of(setting.parameters))
    return curve[curve["breadth"] == setting.breadth]


def _design(subject: Subject) -> str:
    study = subject.study
    rows = []
    for name, factor in study.factors.items():
        if factor.levels is not None:
            levels = ", ".join(map(_value, factor.levels))
        else:
            levels = f"{factor.low:g} to {factor.high:g}, {factor.scale}"
        rows.append([_name(name), levels, escape(plain(factor.unit or known_quantity(name).unit))])
    for place, name in enumerate(study.rows.names):
        count = len({row[place] for row in study.rows.values})
        rows.append([_name(name), f"{count} values in a list", escape(known_quantity(name).unit)])
    rows += [[_name(name), _value(value), "fixed"] for name, value in set_values(study).items()]
    rows += [_event(event) for event in study.inputs.events]
    rows += [[_name(plain(file.name)), f"sha256 {short(file.sha256)}", "file"] for file in study.attachments()]
    caption = (
        "Factors of the study, and everything that it sets. Every other parameter has the value of the preset "
        f"{escape(study.model.preset)}."
    )
    return tabular(["factor", "levels", "unit"], rows, caption, "design", _DESIGN, groups=False)


def _contrasts(subject: Subject) -> str:
    every = sum(len(contrast.rows) for contrast in subject.contrasts) <= LONGEST
    rows = [
        [
            *(
                *_cells(subject.settings[contrast.setting]),
                f"{contrast.visibility:g}",
                f"{contrast.foresight:g}",
                _outcome(row.outcome),
            ),
            *(share(row.at_zero), share(row.exposed), signed(row.difference), interval(row.low, row.high)),
            *(share(row.mcse), _WORDS[verdict_of(row)]),
        ]
        for contrast in subject.contrasts
        for row in (contrast.rows if every else contrast.rows[:1])
    ]
    header = ["$v$", "$f$", "outcome", "$b = 0$", "exposed", "difference", "interval", "error", "verdict"]
    shown = "" if every else " Only the outcome that decides is shown."
    breadths = ", ".join(sorted({f"{setting.breadth:g}" for setting in subject.settings}))
    level = f"{100.0 * subject.contrasts[0].primary.level:.4g}\\%"
    caption = (
        f"Contrasts of breadth $b = {breadths}$ with zero by visibility $v$ and foresight $f$, {_pairs(subject)} "
        f"paired replicates. Intervals: {level}. Falls, rises: the whole interval lies beyond the margin; no effect: "
        f"within it; undecided: neither. Error: Monte Carlo.{shown}"
    )
    return _by_setting(subject, header, rows, caption, "contrasts", "lllrrrrrl")


def _doses(subject: Subject) -> str:
    return dose_response_tex(_with_values(subject, own_doses), "")


def _depths(subject: Subject) -> str:
    def named(setting: Setting) -> pd.DataFrame:
        return named_rows(curve_of(setting), named_depths(setting.parameters))

    return depth_tex(_with_values(subject, named), "")


def _with_values(subject: Subject, make: Callable[[Setting], pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of all settings as one, with a column for each factor that differs between them."""
    tables = []
    for setting in subject.settings:
        table = make(setting)
        tables.append(pd.concat([pd.DataFrame(dict(setting.values), index=table.index), table], axis=1))
    return pd.concat(tables, ignore_index=True)


def _moves(subject: Subject) -> str:
    tables = []
    for setting in subject.settings:
        shares = moves_at_end(setting.runs, setting.layer)
        tables.append((setting, shares[shares["breadth"].isin((0.0, setting.breadth))]))
    moves = list(dict.fromkeys(move for _, shares in tables for move in shares["move"]))
    rows = []
    for setting, shares in tables:
        for (foresight, visibility, breadth), arm in shares.groupby(["foresight", "visibility", "breadth"], sort=False):
            shown = "" if breadth == 0.0 else f"{visibility:g}"
            by_move = arm.set_index("move")["share"]
            cells = [share(float(by_move.get(move, 0.0))) for move in moves]
            rows.append([*_cells(setting), f"{foresight:g}", f"{breadth:g}", shown, *cells])
    caption = (
        "Moves in force in the last month of the opposed term, share of runs by foresight $f$, breadth $b$ and "
        f"visibility $v$, {_pairs(subject)} paired replicates. A run may have several moves, so rows need not add up."
    )
    header = ["$f$", "$b$", "$v$", *map(escape, moves)]
    return _by_setting(subject, header, rows, caption, "moves", "r" * len(header))


def _variants(subject: Subject) -> dict[str, str]:
    """Return the table of the study's other legal layers and foresights; none where it has no other."""
    rows = [row for setting in subject.settings for row in _variant_rows(setting)]
    if not rows:
        return {}
    header = ["layer", "$f$", "$v$", "care, $b = 0$", "RD care", "restr., $b = 0$", "RD restricted"]
    caption = (
        f"The contrast on other legal layers and at other foresights $f$, {_pairs(subject)} paired replicates. RD: "
        "paired risk difference with 95\\% interval; in parentheses its Monte Carlo error."
    )
    return {"variants": _by_setting(subject, header, rows, caption, "variants", "lllrrrr")}


def _variant_rows(setting: Setting) -> Iterator[list[str]]:
    """Yield a row for each legal layer, foresight and visibility, the study's own first; none without others."""
    own = (setting.layer, setting.foresight)
    pairs = list(setting.runs[["layer", "foresight"]].drop_duplicates().itertuples(index=False, name=None))
    if len(pairs) == 1:
        return
    for layer, foresight in sorted(pairs, key=lambda pair: pair != own):
        table = dose_response(setting.runs, layer, foresight=float(foresight)).to_dict("records")
        zeros = {row["visibility"]: row for row in table if row["breadth"] == 0.0}
        for row in table:
            if row["breadth"] == setting.breadth:
                cells = []
                for event in ("reversed", "restricted"):
                    limits = interval(row[f"rd_{event}_low"], row[f"rd_{event}_high"])
                    measured = f"{signed(row[f'rd_{event}'])} {limits} ({share(row[f'rd_{event}_mcse'])})"
                    cells += [share(zeros[row["visibility"]][f"p_{event}"]), measured]
                yield [*_cells(setting), str(layer), f"{foresight:g}", f"{row['visibility']:g}", *cells]


def _sensitivity(subject: Subject) -> dict[str, str]:
    """Return the table of sensitivity indices where the folder has one."""
    from ..storage.tables import read_results

    file = subject.folder / "sensitivity.csv"
    if not file.is_file():
        return {}
    table = read_results(file)
    first = table[table["outcome"] == table["outcome"].iloc[0]].head(LONGEST)
    return {"sensitivity": sensitivity_tex(first, "")}


def _by_setting(
    subject: Subject, header: list[str], rows: list[list[str]], caption: str, label: str, align: str
) -> str:
    """Return a table whose rows begin with the values of the factors that differ between settings."""
    names = list(subject.settings[0].values)
    short = short_names(names)
    heads = [escape(short[name]) for name in names]
    return tabular([*heads, *header], rows, caption, label, "l" * len(heads) + align, small=bool(heads))


def _cells(setting: Setting) -> list[str]:
    return [escape(plain(value_text(value))) for value in setting.values.values()]


def _outcome(name: str) -> str:
    """Return the printed name of an outcome, short enough for a column."""
    return escape(name.removeprefix("back to "))


def _pairs(subject: Subject) -> str:
    counts = [int(setting.runs["replicate"].nunique()) for setting in subject.settings]
    low, high = min(counts), max(counts)
    return f"$n = {low}$" if low == high else f"$n = {low}$ to ${high}$"


def _event(event: StudyEvent) -> list[str]:
    """Return the row of a dated event: its month, what it does, and the arms that it happens in."""
    what = [f"move {event.move}"] if event.move else [f"{name} = {value_text(value)}" for name, value in event.values]
    arms = f"event, arms {', '.join(event.arms)}" if event.arms else "event, all arms"
    return [f"month {event.month}", escape(plain(", ".join(what))), escape(plain(arms))]


def _value(value: object) -> str:
    return escape(plain(value_text(value)))


def _name(name: str) -> str:
    return rf"\texttt{{{escape(name)}}}"
