"""The printed answer of `moat run`: RD(tau), moves in force, dose-response, verdicts, money, vote effects, files."""

from __future__ import annotations

import itertools
import json
import math
import textwrap
from typing import TYPE_CHECKING, Any

from ....agents.calibration import shipped_facts
from ...protocols.contract import Answer, Finished
from ...protocols.outcome_names import NO_NEW_MONEY, OUTCOME_NAMES, named_depths, printed_name
from ...protocols.stress_test.contrasts import ContrastRow, contrast_rows
from ...protocols.stress_test.depth import DEPTH_COLUMNS, MOVE_COLUMNS, depth_curve, moves_at_end, taus_of
from ...protocols.stress_test.dose_response import COLUMNS, PRIMARY_BREADTH, smallest_doses
from ...protocols.stress_test.summary import summary_table
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from ..closed_form import closed_form_lines, closed_form_of_table, own_rows
from ..shipped.assumption_range import range_lines, shipped
from ..shipped.rules_comparison import rules_lines, shipped_rules
from .wording import NOTICE

if TYPE_CHECKING:
    import pandas as pd

ARTICLE_SHARE = 0.05
WIDTH = 120


_P = {event: f"P({OUTCOME_NAMES[event].head})" for event in ("attempted", "restricted", "reversed")}
_RD = {"restricted": "RD restricted [95%]", "reversed": "RD extreme care [95%]"}
_HEAD = (
    f"{'breadth':>7} {'n':>6}{_P['attempted']:>7}{_P['restricted']:>9}{_P['reversed']:>8}"
    f"{_RD['restricted']:>24}{_RD['reversed']:>24}{'MC err':>7}{'severity':>9}{'G':>7}{'policy':>7}"
)
_LEGEND = (
    f"Shares of replicates. {_P['attempted']}: {OUTCOME_NAMES['attempted'].level}.",
    f"{_P['restricted']}: {OUTCOME_NAMES['restricted'].level}, for six months in a row.",
    f"{_P['reversed']}, RD extreme care: {printed_name('reversed')}, {OUTCOME_NAMES['reversed'].level}, for six",
    "  months in a row.",
    "RD: risk difference from zero exposure. MC err: largest Monte Carlo standard error of the row's probabilities and",
    "  differences.",
    f"severity: {OUTCOME_NAMES['severity'].level}.",
    "policy: mean openness under the opposed government.",
    "G: mean theta if the friendly party returns instead, minus mean theta under the opposed government.",
)


def _line(row: Any) -> str:
    def risk(event: str) -> str:
        if row.breadth == 0.0:
            return "reference"
        low, high = getattr(row, f"rd_{event}_low"), getattr(row, f"rd_{event}_high")
        return f"{getattr(row, f'rd_{event}'):+.3f} [{low:+.3f}, {high:+.3f}]"

    mark = "*" if row.beyond_coverage else " "
    errors = [row.p_attempted_mcse, row.p_restricted_mcse, row.p_reversed_mcse]
    if row.breadth > 0.0:
        errors += [row.rd_restricted_mcse, row.rd_reversed_mcse]
    return (
        f"{row.breadth:>7g}{mark}{row.n:>6d}{row.p_attempted:>7.3f}{row.p_restricted:>9.3f}{row.p_reversed:>8.3f}"
        f"{risk('restricted'):>24}{risk('reversed'):>24}{max(errors):>7.3f}{row.severity:>9.3f}{row.gap:>7.3f}"
        f"{row.mean_policy:>7.3f}"
    )


def _block(rows: pd.DataFrame, title: str) -> list[str]:
    return ["", title, _HEAD, *(_line(row) for row in rows.itertuples())]


def _how_read(foresight: float) -> str:
    if foresight in (0.0, 1.0):
        return "parties read polls as they are" if foresight == 0.0 else "parties project polls to the next election"
    return f"parties project polls to the next election by {foresight:g}"


def depth_lines(finished: Finished, curve: pd.DataFrame) -> list[str]:
    """Return RD(tau) of the declared dose at the named depths, a block for each foresight."""
    rows = curve[curve["breadth"] == PRIMARY_BREADTH]
    if rows.empty:
        return []
    layer, n = finished.parameters.policy.layer, int(rows["n"].iloc[0])
    lines = [
        f"How far policy falls: RD(tau) = P(openness at or below tau for six months | b = {PRIMARY_BREADTH:g}) minus "
        "the same at b = 0.",
        f"{layer} layer, {n} pairs. Bands: 95%, simultaneous over all tau of a column; depth.csv has the whole curve.",
    ]
    visibilities = rows["visibility"].unique()
    for foresight, block in rows.groupby("foresight"):
        lines += ["", f"foresight {foresight:g}: {_how_read(float(str(foresight)))}"]
        heads = "".join(f"{f'RD at v = {visibility:g} [band]':>27}" for visibility in visibilities)
        lines.append(f"{'depth':<22}{'tau':>6}{'P at b=0':>10}{heads}")
        for depth in named_depths(finished.parameters):
            level = block[block["tau"] == depth.tau].set_index("visibility")
            cells = "".join(f"{_banded(level.loc[visibility]):>27}" for visibility in visibilities)
            lines.append(f"{depth.name:<22}{depth.tau:>6g}{level['p_zero'].iloc[0]:>10.3f}{cells}")
    return [*lines, f"{NO_NEW_MONEY.name}: {NO_NEW_MONEY.level}."]


def _banded(row: Any) -> str:
    return f"{row['rd']:+.3f} [{row['band_low']:+.3f}, {row['band_high']:+.3f}]"


def move_lines(shares: pd.DataFrame) -> list[str]:
    """Return the shares of runs by move in force at the term's end: zero exposure and the declared dose."""
    rows = shares[shares["breadth"].isin((0.0, PRIMARY_BREADTH))]
    moves = list(dict.fromkeys(rows["move"]))
    lines = [
        "Moves in force in the last month of the opposed term, share of runs (a run may have several; moves.csv):",
        f"{'foresight':>9}{'b':>6}{'v':>6}" + "".join(f"{move:>11}" for move in moves),
    ]
    for (foresight, breadth, visibility), arm in rows.groupby(["foresight", "breadth", "visibility"], sort=False):
        shown = "-" if breadth == 0.0 else f"{visibility:g}"
        cells = "".join(f"{share:>11.3f}" for share in arm.set_index("move").loc[moves, "share"])
        lines.append(f"{foresight:>9g}{breadth:>6g}{shown:>6}{cells}")
    return lines


def layer_counts(frame: pd.DataFrame, arm: str) -> str:
    """Return the share of runs restricted in an arm, by the layer that held the policy, as text."""
    rows = frame[frame["arm"] == arm]
    shares = rows["restricted_layer"].value_counts() / len(rows)
    return (
        ", ".join(f"{layer} {share:.3f}" for layer, share in shares.sort_index().items() if layer != "none") or "none"
    )


def layer_lines(frame: pd.DataFrame, own: pd.DataFrame) -> list[str]:
    """Return restrictions by layer without and with exposure, and the extensive margin: any holders at all."""
    lines = [f"P(restr) without exposure, by the layer that restricts: {layer_counts(frame, 'b=0')}."]
    first = own[(own["visibility"] == own["visibility"].iloc[0]) & (own["breadth"] > 0.0)]
    declared = first[first["breadth"] == PRIMARY_BREADTH]
    if len(declared):
        counts = layer_counts(frame, declared["arm"].iloc[0])
        lines.append(
            f"P(restr) at b = {PRIMARY_BREADTH:g}, v = {declared['visibility'].iloc[0]:g}, by layer: {counts}."
        )
    if len(first):
        row = first.iloc[0]
        lines.append(
            f"Extensive margin (any holders, here b = {row['breadth']:g}, v = {row['visibility']:g}): RD "
            f"{printed_name('reversed')} {row['rd_reversed']:+.3f} "
            f"[{row['rd_reversed_low']:+.3f}, {row['rd_reversed_high']:+.3f}]."
        )
    return lines


def no_verdict(finished: Finished) -> str:
    """Return the reason why a study has no verdict; "" if it has one."""
    if PRIMARY_BREADTH not in finished.design.breadths:
        dose = f"{PRIMARY_BREADTH:g}"
        return f"No verdict: the declared contrast needs breadth {dose} (--breadth 0,{dose})."
    return "No verdict: one replicate has no error." if finished.runs["replicate"].nunique() < 2 else ""


def declared_rows(finished: Finished) -> list[ContrastRow]:
    """Return the rows of the declared contrasts; none where there is no verdict."""
    if no_verdict(finished):
        return []
    p = finished.parameters
    return contrast_rows(finished.runs, p.policy.layer, p.polls.foresight)


_CONTRASTS = (
    "Contrasts declared before any run, b = 0.3 against 0. Interval below -.05: moat; above .05: trapdoor; between:",
    "no effect of political size; else inconclusive. Severity, a mean share, has the same margin. p: Holm (1979).",
)
_FAMILIES = {
    1: "version 1 of the model: two outcomes, intervals of 97.5%",
    2: "version 2: severity is co-primary, three outcomes, intervals of 98.33%",
}
_WORDS = {"no effect of political size": "no effect"}


def contrast_lines(finished: Finished) -> list[str]:
    """Return the declared contrasts of both versions as a table, with the verdict on each outcome."""
    rows = declared_rows(finished)
    if not rows:
        return [no_verdict(finished)]
    exposed = f"at b={PRIMARY_BREADTH:g}"
    lines = [
        *_CONTRASTS,
        f"{'foresight':>11}{'v':>5}  {'outcome':<21}{'at b=0':>7}{exposed:>9}{'difference [interval]':>27}"
        f"{'MC err':>8}{'p':>7}  verdict",
    ]
    version = 0
    for row in rows:
        if row.version != version:
            version = row.version
            lines.append(_FAMILIES[version])
        interval = f"{row.difference:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"
        word = "inconclusive" if row.verdict.startswith("inconclusive") else _WORDS.get(row.verdict, row.verdict)
        lines.append(
            f"{row.foresight:>11g}{row.visibility:>5g}  {row.outcome:<21}{row.at_zero:>7.3f}{row.exposed:>9.3f}"
            f"{interval:>27}{row.mcse:>8.3f}{row.p_holm:>7.3f}  {word}"
        )
    lines += [f"v = {row.visibility:g}, foresight {row.foresight:g}: {row.note}" for row in rows if row.note]
    return lines


def dose_lines(finished: Finished) -> list[str]:
    """Return the smallest breadth with an effect of -.10, for each visibility."""
    p = finished.parameters
    doses = smallest_doses(finished.runs, layer=p.policy.layer, foresight=p.polls.foresight)
    return [
        f"{printed_name('reversed').capitalize()}, v = {visibility:g}: {dose.sentence}"
        for visibility, dose in doses.items()
    ]


def verdict_lines(finished: Finished) -> list[str]:
    """Return a sentence with the verdict of each declared contrast, by version, foresight and visibility."""
    groups: dict[tuple[int, float, float], list[ContrastRow]] = {}
    for row in declared_rows(finished):
        groups.setdefault((row.version, row.foresight, row.visibility), []).append(row)
    sentences = [
        f"Verdict of version {version} at foresight {foresight:g}, v = {visibility:g}: "
        + "; ".join(f"{row.outcome}: {row.verdict}" for row in rows)
        + "".join(f". {row.note}" for row in rows if row.note)
        for (version, foresight, visibility), rows in groups.items()
    ]
    return sentences or [no_verdict(finished)]


def money_lines(table: pd.DataFrame) -> list[str]:
    """Return the value of each breadth in USD, and the breadth that equals the article's 5% of 401(k) assets."""
    first = (table["layer"] == table["layer"].iloc[0]) & (table["foresight"] == table["foresight"].iloc[0])
    rows = table[(table["breadth"] > 0) & first]
    rows = rows[rows["visibility"] == rows["visibility"].iloc[0]] if len(rows) else rows
    share, breadth = rows["share_of_401k_assets"].tolist(), rows["breadth"].tolist()
    money = "; ".join(
        f"{b:g}: {usd:,.0f} ({s:.1%})" for b, usd, s in zip(breadth, rows["exposed_usd_bn"], share, strict=True)
    )
    lines = [f"Exposed USD bn at each breadth (share of 401(k) assets): {money}."] if money else []
    points = [(0.0, 0.0), *zip(share, breadth, strict=True)]
    for (s0, b0), (s1, b1) in itertools.pairwise(points):
        if s0 < ARTICLE_SHARE <= s1:
            at = b0 + (b1 - b0) * (ARTICLE_SHARE - s0) / (s1 - s0)
            return [*lines, f"The article's 5% of 401(k) assets corresponds to breadth {at:.2f}."]
    return [*lines, "The article's 5% of 401(k) assets is more than the largest dose of this table."]


def implied_lines(finished: Finished) -> list[str]:
    """Return the vote effects that the parameters imply, with a warning beyond the literature."""
    from ....model.diagnostics import LITERATURE_POINTS, implied_effects
    from ...protocols.stress_test.run import with_dose

    lines = []
    for visibility in finished.design.visibilities:
        e = implied_effects(with_dose(finished.parameters, PRIMARY_BREADTH, visibility), finished.seed)
        lines.append(
            f"Implied vote effect of a rival who promises prohibition, at b = {PRIMARY_BREADTH:g}, v = {visibility:g}: "
            f"{e.per_holder:.2f} points per holder (mean stake {e.mean_stake:.3f} years of income), {e.national:.2f} "
            f"points nationally. The issue explains {e.variance_share:.3f} of the variance of the vote."
        )
        if e.per_holder > LITERATURE_POINTS:
            lines.append(
                f"  Beyond the literature: the largest effect found per holder is {LITERATURE_POINTS:g} points."
            )
    return lines


class StressAnswer(Answer):
    """RD(tau), the dose-response table of every layer and foresight, the verdicts and the figure."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of summary.csv, depth.csv and moves.csv."""
        return (
            ("summary.csv: the printed table of doses", COLUMNS),
            ("depth.csv: RD(tau), a row per exposed arm and level of openness", DEPTH_COLUMNS),
            ("moves.csv: moves in force at the end of the opposed term, a row per arm and move", MOVE_COLUMNS),
        )

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv, depth.csv and moves.csv, and the figure where there are two doses and two replicates."""
        assets = 1e3 * shipped_facts()["assets_401k"].value
        p, runs = finished.parameters, finished.runs
        own, foresight = p.policy.layer, p.polls.foresight
        table = summary_table(runs, own, foresight, assets)
        tables = {"summary": table, "depth": depth_curve(runs, own, taus_of(p)), "moves": moves_at_end(runs, own)}
        for name, each in tables.items():
            with replaced_atomically(finished.path / f"{name}.csv") as stream:
                each.to_csv(stream, index=False, lineterminator="\n")
        if table["n"].min() >= 2 and len(finished.design.breadths) >= 2:
            from ..figures.depth import depth_figure
            from ..figures.dose_response import dose_response_figure
            from ..sections.depth import declared_or_largest

            figures, shown = finished.path / "figures", own_rows(table, p)
            formula = closed_form_of_table(p, shown, finished.seed)
            dose_response_figure({finished.preset: shown}, figures, "dose-response", closed_form=formula)
            depth_figure(declared_or_largest(tables["depth"]), figures, named_depths(p), note=True)
        return table

    def text(self, finished: Finished) -> str:
        """Return the whole printed answer."""
        runs, table, p = finished.runs, finished.table, finished.parameters
        n = runs["replicate"].nunique()
        lines = [
            f"political-moat: preset {finished.preset}, stress test, rule {p.party.rule}, {p.electorate.voters:,} "
            f"voters, {n} paired replicate{'s' * (n != 1)}, seed {finished.seed}, "
            f"allocation {100 * p.exposure.allocation:g}%",
            NOTICE,
        ]
        curve, shares = (_read(finished, name) for name in ("depth", "moves"))
        parts = [depth_lines(finished, curve), move_lines(shares), contrast_lines(finished)]
        if not no_verdict(finished):
            parts.append(dose_lines(finished))
        lines += [line for part in parts if part for line in ("", *part)]
        own = table[(table["layer"] == p.policy.layer) & (table["foresight"] == p.polls.foresight)]
        first = f"{finished.design.visibilities[0]:g}"
        for visibility, rows in own.groupby("visibility", sort=False):
            lines += _block(rows, f"v = {visibility:g} ({p.policy.layer} layer)")
        for layer, rows in table[table["layer"] != p.policy.layer].groupby("layer", sort=False):
            lines += _block(rows, f"v = {first} ({layer} layer)")
        others = table[table["foresight"] != p.polls.foresight]
        for (foresight, v), rows in others.groupby(["foresight", "visibility"], sort=False):
            lines += _block(rows, f"v = {v:g} ({p.policy.layer} layer, foresight {foresight:g})")
        lines += ["", *_LEGEND]
        if own["beyond_coverage"].any():
            lines.append(
                "* beyond current coverage: holders without an account get an IRA with the median balance of their age."
            )
        lines += [
            *layer_lines(runs, own),
            *money_lines(table),
            *implied_lines(finished),
            *closed_form_lines(finished),
            "",
        ]
        lines.append(
            "No data exist for office rent and choice precision (moat params --assumed), and both change the result: "
            "the verdict is one point of a range."
        )
        lines += range_lines(shipped())
        lines += rules_lines(shipped_rules())
        lines = [part for line in lines for part in _wrapped(line)]
        files = "summary.csv, depth.csv, moves.csv, export/runs.csv, export/cycles.csv, codebook.md, figures/"
        lines += ["", f"Files: {finished.path} ({files})"]
        lines += [f"FAILED {reason}" for reason in finished.reasons]
        return "\n".join(lines)

    def json(self, finished: Finished) -> str:
        """Return table and verdict for programs."""
        content = {
            "preset": finished.preset,
            "seed": finished.seed,
            "replicates": int(finished.runs["replicate"].nunique()),
            "depth": _records(_read(finished, "depth")),
            "moves": _records(_read(finished, "moves")),
            "contrasts": [_finite(row._asdict()) for row in declared_rows(finished)],
            "table": _records(finished.table),
            "verdict": verdict_lines(finished),
            "files": str(finished.path),
            "failed": list(finished.reasons),
            "notice": NOTICE,
        }
        return json.dumps(content, indent=2, allow_nan=False)


def _wrapped(line: str) -> list[str]:
    """Return a line in pieces that fit the page; the pieces after the first are indented."""
    if len(line) <= WIDTH:
        return [line]
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _read(finished: Finished, name: str) -> pd.DataFrame:
    """Return a table that `StressAnswer.write` has written."""
    import pandas as pd

    return pd.read_csv(finished.path / f"{name}.csv", keep_default_na=False)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_finite({str(name): value for name, value in row.items()}) for row in table.to_dict(orient="records")]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with None for numbers that are not finite, which JSON has not."""
    return {k: (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in row.items()}
