"""Sentences that depend on the result: the verdict of each contrast, and the abstract. Numbers are calls of macros."""

from __future__ import annotations

from ..protocols.stress_test.contrasts import ContrastRow
from .macros import letters
from .numbers import outcome_prefix, verdict_of
from .subject import Contrast, Subject

MOST_IN_ABSTRACT = 2
VERDICTS = {
    "moat": (
        r"The whole interval lies below $-$\Margin{}: under these assumptions exposure lowers {what} by a political "
        "size, as the thesis says."
    ),
    "trapdoor": (
        r"The whole interval lies above \Margin{}: under these assumptions exposure raises {what} by a political size, "
        "the reverse of what the thesis says."
    ),
    "null": (
        r"The whole interval lies between $-$\Margin{} and \Margin{}: under these assumptions exposure has no effect "
        "of political size on {what}."
    ),
    "inconclusive": (
        r"The interval contains effects of political size and smaller ones: \{prefix}Pairs{} pairs do not decide how "
        "exposure changes {what} under these assumptions."
    ),
}
"""What an interval says, by verdict; neither side is taken."""
_WHAT = {
    "Care": "the probability of a return to extreme care",
    "Restricted": "the probability of a restriction",
    "Severity": "the mean severity of the fall",
}
_SHORT = {
    "moat": "lowers",
    "trapdoor": "raises",
    "null": "does not change by a political size",
    "inconclusive": "changes in a direction that is not decided",
}


def verdict_sentence(prefix: str, row: ContrastRow) -> str:
    """Return what the interval of one outcome says about exposure."""
    text = VERDICTS[verdict_of(row)]
    return text.replace("{what}", _WHAT[outcome_prefix(row)]).replace("{prefix}", prefix)


def result_text(subject: Subject) -> str:
    """Return the paragraphs of the section on the declared contrast, one for each contrast of the main foresight."""
    parts = [_family(subject)]
    if len(subject.main) > MOST_IN_ABSTRACT:
        parts.append(_counts())
    shown = [(place, contrast) for place, contrast in enumerate(subject.contrasts) if contrast.own]
    if len(shown) <= 2 * MOST_IN_ABSTRACT:
        parts += [_paragraph(subject, place, contrast) for place, contrast in shown]
    return "\n\n".join(parts) + "\n"


def abstract_text(subject: Subject) -> str:
    """Return the sentences of the abstract about the result."""
    shown = [(place, contrast) for place, contrast in enumerate(subject.contrasts) if contrast.own]
    if len(shown) > MOST_IN_ABSTRACT:
        return _counts() + "\n"
    return " ".join(_primary(subject, place, contrast) for place, contrast in shown) + "\n"


def _family(subject: Subject) -> str:
    declared = (
        r"The contrast, breadth \DeclaredBreadth{} against none, was declared before the first study with this model."
        if subject.declared
        else r"The study has no arm at the declared breadth of \DeclaredBreadth{}, so the largest breadth takes its "
        "place: this contrast was not declared before the runs."
    )
    return (
        rf"{declared} It has \OutcomesOfFamily{{}} outcomes: back to extreme care, which decides, restricted, and "
        r"severity. Each interval has level \ContrastLevel{}, so that with probability \FamilyLevel{} no verdict of a "
        r"contrast is wrong. Table~\ref{tab:contrasts} shows every contrast."
    )


def _counts() -> str:
    return (
        r"Of \Contrasts{} contrasts of exposure with none, \ContrastsMoat{} show a fall of a political size in the "
        r"probability of a return to extreme care, \ContrastsTrapdoor{} show a rise of a political size, "
        r"\ContrastsNull{} show no effect of political size, and \ContrastsInconclusive{} do not decide. "
        "Contrasts of different settings answer different questions and are not counted as votes."
    )


def _paragraph(subject: Subject, place: int, contrast: Contrast) -> str:
    sentences = [_primary(subject, place, contrast)]
    for row in contrast.rows[1:] if len(subject.main) <= MOST_IN_ABSTRACT else ():
        sentences.append(_measured(f"Contrast{letters(place)}", row))
    if contrast.primary.note:
        prefix = f"Contrast{letters(place)}"
        sentences.append(
            rf"Without exposure a return to extreme care happens in only \{prefix}CareZero{{}} of the runs, so a fall "
            r"of more than \Margin{} was impossible."
        )
    return " ".join(sentences)


def _primary(subject: Subject, place: int, contrast: Contrast) -> str:
    prefix = f"Contrast{letters(place)}"
    where = rf"\Setting{letters(contrast.setting)}{{}}, " if subject.settings[contrast.setting].values else ""
    return (
        rf"With {where}visibility \{prefix}Visibility{{}} and \{prefix}Breadth{{}} of voters exposed, policy returns "
        rf"to extreme care in \{prefix}CareExposed{{}} of the runs, without exposure in \{prefix}CareZero{{}}: a "
        rf"paired difference of {_interval(prefix, 'Care')} from \{prefix}Pairs{{}} pairs. "
        + verdict_sentence(prefix, contrast.primary)
    )


def _measured(prefix: str, row: ContrastRow) -> str:
    name = outcome_prefix(row)
    return rf"For {_WHAT[name]} the difference is {_interval(prefix, name)}. " + verdict_sentence(prefix, row)


def _interval(prefix: str, outcome: str) -> str:
    own = rf"\{prefix}{outcome}"
    limits = rf"{own}Low{{}} to {own}High{{}}"
    return rf"{own}Difference{{}} (\ContrastLevel{{}} interval {limits}, Monte Carlo error {own}Error{{}})"
