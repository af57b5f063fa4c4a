"""The declared contrasts and their verdicts, as `moat run` prints them."""

from __future__ import annotations

from ...protocols.contract import Finished
from ...protocols.outcome_names import printed_name
from ...protocols.stress_test.contrasts import ContrastRow, contrast_rows
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH, smallest_doses


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
    "Contrasts declared before any run, b = 0.3 against 0. Interval below -.05: moat; above .05: trapdoor; between: "
    "no effect of political size; else inconclusive. Severity, a mean share, has the same margin. f: foresight. "
    "p: Holm (1979).",
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
        f"{'f':>3}{'v':>5}  {'outcome':<21}{'at b=0':>7}{exposed:>9}{'difference [interval]':>25}"
        f"{'MC err':>7}{'p':>6}  verdict",
    ]
    version = 0
    for row in rows:
        if row.version != version:
            version = row.version
            lines.append(_FAMILIES[version])
        interval = f"{row.difference:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"
        word = "inconclusive" if row.verdict.startswith("inconclusive") else _WORDS.get(row.verdict, row.verdict)
        lines.append(
            f"{row.foresight:>3g}{row.visibility:>5g}  {row.outcome:<21}{row.at_zero:>7.3f}{row.exposed:>9.3f}"
            f"{interval:>25}{row.mcse:>7.3f}{row.p_holm:>6.3f}  {word}"
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
