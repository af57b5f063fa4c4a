"""Tables for a paper: plain LaTeX (booktabs), every number with its error or interval, n in the caption."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..protocols.outcome_names import printed_name
from ..storage.atomic_files import replaced_atomically
from .point_labels import short_names, value_text

MOST_ROWS = 300
"""Lines of the longest table."""
LINES_OF_A_ROW = {"effects": 3}
"""Lines for each row of a table, where not one."""
ROWS_OF_A_PAGE = 45

_SPECIAL = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "θ": r"$\theta$",
    "±": r"$\pm$",
    "×": r"$\times$",
}


def escape(text: object) -> str:
    """Return text with LaTeX's special characters escaped.

    >>> escape("exposure_breadth > 50%")
    'exposure\\\\_breadth > 50\\\\%'
    """
    return "".join(_SPECIAL.get(character, character) for character in str(text))


def signed(value: float, decimals: int = 3) -> str:
    """Return a difference with its sign, a true minus, and no leading zero: $-$.091."""
    text = f"{abs(value):.{decimals}f}"
    zero = float(text) == 0.0
    return ("" if zero else "$-$" if value < 0.0 else "$+$") + text.removeprefix("0")


def share(value: float, decimals: int = 3) -> str:
    """Return a probability without leading zero."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("0") if text.startswith("0.") else text


def interval(low: float, high: float) -> str:
    """Return an interval of differences in brackets, without plus signs, so that two fit side by side on a page."""
    return f"[{signed(low)}, {signed(high)}]".replace("$+$", "")


def grouped(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table body, grouped by the first cell.

    A row with the first cell of the row above leaves it empty; any other row starts after some space.
    """
    lines = []
    for place, row in enumerate(rows):
        again = place > 0 and row[0] == rows[place - 1][0]
        if place > 0 and not again:
            lines.append(r"\addlinespace")
        lines.append(" & ".join(["" if again else row[0], *row[1:]]) + r" \\")
    return lines


def tabular(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    label: str,
    align: str = "",
    *,
    groups: bool = True,
    small: bool = False,
) -> str:
    """Return a table environment; header, rows and caption are LaTeX already.

    By default the first column is aligned left, the others right. groups: see `grouped`. small: smaller type, for
    columns of factor values. A row of one cell is a title over the rows below it. The shipped tables are at most as
    wide as the text of the article class. Raises ValueError where a row has another number of cells than the header.
    """
    wrong = [
        place for place, row in enumerate(rows) if len(row) not in ((len(header),) if groups else (1, len(header)))
    ]
    if wrong:
        raise ValueError(f"rows {wrong} do not have {len(header)} cells")
    columns = align or "l" + "r" * (len(header) - 1)
    head = " & ".join(header) + r" \\"
    body = grouped(rows) if groups else [_line(row, len(header)) for row in rows]
    size = r"\scriptsize\setlength{\tabcolsep}{2pt}" if small else r"\footnotesize\setlength{\tabcolsep}{3pt}"
    if len(rows) > ROWS_OF_A_PAGE:
        return _over_pages(columns, head, body, caption, label, size)
    lines = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table}[t]",
        rf"\centering{size}",
        r"\setlength{\abovecaptionskip}{0pt}\setlength{\belowcaptionskip}{6pt}",
        rf"\caption{{{caption}}}",
        rf"\label{{tab:{label}}}",
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        head,
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _line(row: Sequence[str], columns: int) -> str:
    if len(row) == 1:
        return rf"\addlinespace \multicolumn{{{columns}}}{{@{{}}l@{{}}}}{{\emph{{{row[0]}}}}} \\"
    return " & ".join(row) + r" \\"


def _over_pages(columns: str, head: str, body: Sequence[str], caption: str, label: str, size: str) -> str:
    """Return a table that continues over pages, with its head on each."""
    lines = [
        "% needs \\usepackage{booktabs,longtable}",
        f"{{{size}",
        rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
        rf"\caption{{{caption}}}\label{{tab:{label}}}\\",
        r"\toprule",
        head,
        r"\midrule\endfirsthead",
        r"\toprule",
        head,
        r"\midrule\endhead",
        r"\bottomrule\endfoot",
        *body,
        r"\end{longtable}}",
    ]
    return "\n".join(lines) + "\n"


def _factor_cells(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the heads of a table's factor columns (dotted names), and their values row by row."""
    names = [name for name in map(str, table.columns) if "." in name]
    short = short_names(names)
    columns = [list(table[name]) for name in names]
    # Row by row: pandas 2 gives no row at all of a table without columns.
    cells = [[escape(value_text(column[row])) for column in columns] for row in range(len(table))]
    return [escape(short[name]) for name in names], cells


def effects_tex(table: pd.DataFrame, citation: str) -> str:
    """Return the table of all design points: factor values, pairs, and the effect on the first outcomes."""
    heads, factors = _factor_cells(table)
    if not heads or table.duplicated([name for name in map(str, table.columns) if "." in name]).any():
        heads, factors = (
            [*heads, "arm"],
            [[*cells, escape(arm)] for cells, arm in zip(factors, table["arm"], strict=True)],
        )
    rows: list[list[str]] = []
    records = table.to_dict("records")
    for mean, difference in _outcomes_of(table):
        name = printed_name(mean.removeprefix("p_")).replace("_", " ")
        rows.append([escape(name[0].upper() + name[1:])])
        for cells, row in zip(factors, records, strict=True):
            limits = interval(row[f"{difference}_low"], row[f"{difference}_high"])
            change = f"{signed(row[difference])} {limits}" if pd.notna(row[f"{difference}_low"]) else ""
            numbers = (row[f"{mean}_zero"], row[mean], row[f"{difference}_mcse"])
            zero, exposed, error = (share(number) if pd.notna(number) else "" for number in numbers)
            rows.append([*cells, f"{row['pairs']}", zero, exposed, change, error])
    header = [*heads, "pairs", "$b = 0$", "exposed", "difference [95\\%]", "MC error"]
    caption = (
        "Effect of exposure at every design point: outcomes at zero exposure ($b = 0$) and with exposure, the paired "
        "difference with its 95\\% interval, and its Monte Carlo standard error (MC error). Simulated. "
        f"{escape(citation)}"
    )
    return tabular(header, rows, caption, "effects", "r" * len(header), groups=False, small=True)


def _outcomes_of(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (mean, difference) columns of each outcome of a table of effects."""
    means = [name.removesuffix("_zero") for name in map(str, table.columns) if name.endswith("_zero")]
    return [(mean, f"rd_{mean[2:]}" if mean.startswith("p_") else f"{mean}_difference") for mean in means]


def _counts(table: pd.DataFrame) -> str:
    """Return the number of replicates of a table, or the range of its rows."""
    least, most = int(table["n"].min()), int(table["n"].max())
    return f"{least}" if least == most else f"{least}$ to ${most}"


def dose_response_tex(summary: pd.DataFrame, citation: str) -> str:
    """Return the table of one legal layer: shares with Monte Carlo errors, paired differences with intervals."""
    rows = []
    heads, factors = _factor_cells(summary)
    for cells, row in zip(factors, summary.to_dict("records"), strict=True):
        first = [*cells, f"{row['visibility']:g}", f"{row['breadth']:g}"]
        levels = [f"{share(row[f'p_{e}'])} ({share(row[f'p_{e}_mcse'])})" for e in ("restricted", "reversed")]
        differences = [
            "reference"
            if row["breadth"] == 0.0
            else f"{signed(row[f'rd_{e}'])} {interval(row[f'rd_{e}_low'], row[f'rd_{e}_high'])}"
            for e in ("restricted", "reversed")
        ]
        rows.append([*first, *levels, *differences, f"{share(row['severity'])} ({share(row['severity_mcse'])})"])
    header = [*heads, "$v$", "$b$", "P(restricted)", "P(care)", "RD restricted", "RD care", "severity"]
    caption = (
        "Restriction (openness at least .10 lower) and return to extreme care (openness of the guidance of 2022 or "
        "less) under an opposed government by breadth $b$ and visibility $v$ of exposure, "
        f"$n = {_counts(summary)}$ paired replicates. Monte Carlo standard errors in parentheses; "
        f"paired risk differences with 95\\% intervals (Newcombe 1998, method 10). Simulated. {escape(citation)}"
    )
    return tabular(header, rows, caption, "dose-response", small=bool(heads))


def depth_tex(table: pd.DataFrame, citation: str) -> str:
    """Return the table of risk differences at the named depths, with simultaneous bands; a block per design point."""
    rows = []
    heads, factors = _factor_cells(table)
    for first, row in zip(factors, table.to_dict("records"), strict=True):
        arm = [f"{row['visibility']:g}", f"{row['foresight']:g}", f"{escape(row['depth'])} ({share(row['tau'], 2)})"]
        risks = [share(row["p_zero"]), share(row["p"])]
        band = f"{signed(row['rd'])} {interval(row['band_low'], row['band_high'])}"
        rows.append([*first, *arm, *risks, band, share(row["rd_mcse"])])
    header = ["$v$", "$f$", "depth ($\\tau$)", "P, $b = 0$", "P, exposed", "RD", "MC error"]
    breadths = ", ".join(f"{breadth:g}" for breadth in table["breadth"].unique())
    caption = (
        f"Depth of the fall under an opposed government at breadth $b = {breadths}$ by visibility $v$ and foresight "
        f"$f$, $n = {_counts(table)}$ paired replicates. P: probability that openness stays at or below "
        "$\\tau$ for six months. RD with 95\\% bands, simultaneous over all depths of an arm. Simulated. "
        f"{escape(citation)}"
    )
    named = heads + header
    return tabular(named, rows, caption, "depth", "l" * (len(named) - 4) + "rrrr", small=bool(heads))


def mediation_tex(table: pd.DataFrame, citation: str) -> str:
    """Return the mediation table: each channel's Shapley value with interval, error and range over orders."""
    rows = []
    heads, factors = _factor_cells(table)
    for cells, row in zip(factors, table.to_dict("records"), strict=True):
        spans = [interval(row["low"], row["high"]), share(row["mcse"])]
        over = "" if pd.isna(row["smallest"]) else interval(row["smallest"], row["largest"])
        first = [*cells, escape(printed_name(row["outcome"])), escape(row["channel"])]
        rows.append([*first, signed(row["shapley"]), *spans, over])
    caption = (
        f"Shapley values of the channels, $n = {int(table['n'].iloc[0])}$ paired replicates; channels and other paths "
        f"add up to the total. Range: smallest and largest contribution over the 24 orders. {escape(citation)}"
    )
    header = [*heads, "outcome", "channel", "part", "95\\% interval", "MC error", "range"]
    return tabular(header, rows, caption, "mediation", "l" * len(heads) + "llrrrr", small=bool(heads))


def _plain(region: str) -> str:
    """Return a region's words with true minus signs and no leading zeros.

    >>> _plain("within 0.05 of 0"), _plain("below -0.05")
    ('within .05 of 0', 'below $-$.05')
    """
    return re.sub(r"(-?)\b0(\.\d+)", lambda number: ("$-$" if number[1] else "") + number[2], escape(region))


def prior_mass_tex(table: pd.DataFrame, citation: str) -> str:
    """Return the table of the three shares of the prior with their errors."""
    rows = [
        [escape(printed_name(r["outcome"])), _plain(r["region"]), share(r["share"]), share(r["error"]),
         share(r["raw_share"]), share(r["noise_error"])]
        for r in table.to_dict("records")
    ]  # fmt: skip
    row = table.iloc[0]
    caption = (
        f"Share of the prior by risk difference: {int(row['draws'])} draws with a calibrated baseline "
        f"({int(row['left_out'])} left out), {int(row['replicates'])} paired replicates each. Share: Monte Carlo noise "
        f"taken out; error: bootstrap of draws. {escape(citation)}"
    )
    header = ["outcome", "risk difference", "share", "error", "raw share", "noise error"]
    return tabular(header, rows, caption, "prior-mass", "llrrrr")


def sensitivity_tex(table: pd.DataFrame, citation: str) -> str:
    """Return the table of sensitivity indices with their bootstrap intervals."""
    rows = [
        [escape(r["factor"]) + (f" $\\times$ {escape(r['with'])}" if isinstance(r["with"], str) and r["with"] else ""),
         escape(str(r["index"]).replace("_", " ")), signed(r["value"]),
         "" if pd.isna(r["low"]) else interval(r["low"], r["high"])]
        for r in table.to_dict("records")
    ]  # fmt: skip
    row = table.iloc[0]
    caption = (
        f"Sensitivity of {escape(printed_name(row['outcome']))} ({escape(row['method'])}, {int(row['points'])} design "
        f"points), 95\\% bootstrap intervals. {escape(citation)}"
    )
    return tabular(["factor", "index", "value", "95\\% interval"], rows, caption, "sensitivity", "llrr", groups=False)


TABLES: dict[str, Callable[[pd.DataFrame, str], str]] = {
    "effects": effects_tex,
    "dose-response": dose_response_tex,
    "depth": depth_tex,
    "mediation": mediation_tex,
    "prior-mass": prior_mass_tex,
    "sensitivity": sensitivity_tex,
}


def write_tables(folder: Path, tables: dict[str, Any], citation: str) -> list[Path]:
    """Write FOLDER/NAME.tex for every name of TABLES in `tables`; return the paths in that order."""
    paths = []
    for name, maker in TABLES.items():
        if name in tables:
            path = folder / f"{name}.tex"
            with replaced_atomically(path) as stream:
                stream.write(maker(tables[name], citation))
            paths.append(path)
    return paths
