"""Every number of a paper as a macro: design, definitions, contrasts, versions, hashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...agents.source_hash import short
from ...model.parameters.tree import describe
from ..protocols.outcome_names import printed_name
from ..protocols.stress_test.contrasts import ContrastRow
from ..protocols.stress_test.dose_response import PRIMARY_BREADTH
from ..protocols.term_outcomes import FALL, LASTING
from ..statistics.verdicts import MARGIN
from ..storage.checksums import file_digest
from ..storage.folder_files import FROZEN
from .macros import Macros, letters
from .subject import Contrast, Subject

OUTCOMES = {"reversed": "Care", "restricted": "Restricted", "severity": "Severity"}
"""Name of an outcome in the name of a macro, by column."""
_STATUSES = {"seen": "Seen", "derived": "Derived", "memory": "Memory", "assumed": "Assumed"}


def macros_of(subject: Subject) -> Macros:
    """Return the macros of a paper."""
    macros = Macros()
    _study(macros, subject)
    _definitions(macros, subject)
    _parameters(macros, subject)
    _counts(macros, subject)
    for place, setting in enumerate(subject.settings):
        macros.text(f"Setting{letters(place)}", setting.label, "label of a setting; empty where there is one alone")
    for place, contrast in enumerate(subject.contrasts):
        _contrast(macros, f"Contrast{letters(place)}", subject, contrast)
    return macros


def outcome_prefix(row: ContrastRow) -> str:
    """Return the part of a macro's name that stands for the outcome of a row."""
    by_name = {printed_name(column): name for column, name in OUTCOMES.items()}
    return by_name[row.outcome]


def _study(macros: Macros, subject: Subject) -> None:
    study, manifest, folder = subject.study, subject.manifest, subject.folder
    runs = [setting.runs for setting in subject.settings]
    pairs = [int(frame["replicate"].nunique()) for frame in runs]
    package = manifest["package"]
    macros.text("StudyName", study.study.name, "name of the study")
    macros.text("StudyTitle", study.study.title or study.study.name, "title of the study")
    macros.text("Preset", study.model.preset, "named setting of the parameters")
    macros.whole("Voters", int(runs[0]["voters"].iloc[0]), "voters in each simulated world")
    macros.whole("Runs", sum(len(frame) for frame in runs), "simulated terms of an opposed government")
    macros.latex("SettingsText", _counted(len(runs), "setting"), "settings of everything but layer, foresight and dose")
    macros.whole("Arms", max(frame["arm"].nunique() for frame in runs), "arms of a replicate, at most")
    macros.latex("Pairs", _range(pairs), "paired replicates of a setting")
    macros.text("Seed", study.study.seed, "root seed")
    macros.text("SoftwareVersion", package["version"], "version of the software")
    macros.text("CodeHash", short(str(manifest["code_hash"])), "first characters of the code hash")
    macros.whole("OutcomeSchema", int(manifest["schema_version"]), "version of rows and folder")
    macros.text("RunsHash", short(file_digest(folder / "export" / "runs.csv")), "sha256 of export/runs.csv, beginning")
    macros.text("StudyHash", short(file_digest(folder / FROZEN)), "sha256 of study.toml, beginning")
    for name, number in manifest["versions"].items():
        macros.text(f"VersionOf{name.capitalize()}", number, f"version of {name}")
    macros.text("Machine", " ".join(map(str, manifest["platform"].values())), "kind of machine")
    events = len(study.inputs.events)
    imposed = f"{_counted(events, 'dated event')} {'is' if events == 1 else 'are'} imposed, as the table says. "
    macros.latex("EventsSentence", imposed if events else "", "dated events, as a sentence; empty without any")
    macros.latex("StoppingRule", _stopping_rule(macros, subject), "how many replicates were run, as a sentence")


def _stopping_rule(macros: Macros, subject: Subject) -> str:
    rule, study = subject.study.replicates.stop, subject.study
    if rule is None:
        return "The number of replicates was fixed before the study was run."
    stages = [stage * study.pairs for stage in study.stages]
    error = macros.number("StopError", rule.mcse, "largest Monte Carlo error of the stopping rule")
    texts = [macros.whole(f"Stage{letters(place)}", stage, "interim analysis") for place, stage in enumerate(stages)]
    name = macros.text("StopOutcome", printed_name(rule.outcome), "outcome of the stopping rule")
    sentence = (
        f"Replicates were added until the Monte Carlo error of every difference in {name} was at most {error}, or up "
        f"to {texts[-1]} replicates, with analyses at {listed(texts)}. The rule reads errors alone, never the sign or "
        "size of a difference."
    )
    analyses = subject.manifest.get("interim_analyses") or [{}]
    above = int(analyses[-1].get("points_above_mcse") or 0)
    if above:
        count = macros.latex("PointsAbove", _counted(above, "design point"), "points that did not reach that error")
        sentence += f" At the last analysis {count} had a larger error."
    return sentence


def _definitions(macros: Macros, subject: Subject) -> None:
    policy = subject.settings[0].parameters.policy
    macros.number("Margin", MARGIN, "margin of political size, in probability or share")
    macros.number("DeclaredBreadth", PRIMARY_BREADTH, "breadth of the contrast that was declared before any run")
    macros.number("Fall", FALL, "fall of openness that counts as a restriction")
    macros.whole("LastingMonths", LASTING, "months for which an outcome must last")
    macros.number("FriendlyOpenness", policy.friendly_theta, "openness of the friendly policy")
    macros.number("NeutralOpenness", policy.start_theta, "openness in month zero")
    macros.number("CareOpenness", policy.before_theta, "openness of extreme care")
    macros.whole("TermMonths", subject.settings[0].parameters.institutions.term_months, "months of a term")
    row = subject.contrasts[0].primary
    macros.latex("ContrastLevel", f"{100.0 * row.level:.4g}\\%", "level of each interval of a family of outcomes")
    macros.latex("FamilyLevel", "95\\%", "level at which no verdict of a family is wrong; also that of all bands")
    macros.whole("OutcomesOfFamily", len(subject.contrasts[0].rows), "outcomes of a contrast")


def _parameters(macros: Macros, subject: Subject) -> None:
    rows = describe(subject.settings[0].parameters)
    macros.whole("ParameterCount", len(rows), "parameters of the model")
    statuses = Counter(row.known.status for row in rows)
    for status, name in _STATUSES.items():
        macros.whole(f"Parameters{name}", statuses[status], f"parameters with status {status}")
    changed = sum(row.value != row.default for row in rows)
    differ = f"{_counted(changed, 'parameter')} {'differs' if changed == 1 else 'differ'}"
    macros.latex("ParametersChanged", differ, "how many parameters of the first setting differ from the defaults")


def _counts(macros: Macros, subject: Subject) -> None:
    words = Counter(verdict_of(contrast.primary) for contrast in subject.main)
    macros.whole("Contrasts", len(subject.main), "contrasts at the study's own foresight")
    for word in ("moat", "trapdoor", "null", "inconclusive"):
        macros.whole(f"Contrasts{word.capitalize()}", words[word], f"of them with this verdict: {word}")


def verdict_of(row: ContrastRow) -> str:
    """Return the verdict on one outcome: moat, trapdoor, null or inconclusive."""
    word = row.verdict.split()[0]
    return {"no": "null"}.get(word, word)


def _contrast(macros: Macros, prefix: str, subject: Subject, contrast: Contrast) -> None:
    setting = subject.settings[contrast.setting]
    where = f"visibility {contrast.visibility:g}, foresight {contrast.foresight:g}"
    where = f"{setting.label}, {where}" if setting.label else where
    macros.number(f"{prefix}Visibility", contrast.visibility, f"visibility of: {where}")
    macros.number(f"{prefix}Foresight", contrast.foresight, f"foresight of: {where}")
    macros.number(f"{prefix}Breadth", setting.breadth, f"breadth of: {where}")
    macros.whole(f"{prefix}Pairs", contrast.pairs, f"pairs of: {where}")
    for row in contrast.rows:
        own = f"{prefix}{outcome_prefix(row)}"
        what = f"{row.outcome}, {where}"
        macros.share(f"{own}Zero", row.at_zero, f"without exposure: {what}")
        macros.share(f"{own}Exposed", row.exposed, f"with exposure: {what}")
        macros.signed(f"{own}Difference", row.difference, f"paired difference: {what}")
        macros.signed(f"{own}Low", row.low, f"lower limit: {what}")
        macros.signed(f"{own}High", row.high, f"upper limit: {what}")
        macros.share(f"{own}Error", row.mcse, f"Monte Carlo error: {what}")
        macros.share(f"{own}PValue", row.p_holm, f"p-value of no difference, Holm: {what}")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _range(counts: Sequence[int]) -> str:
    low, high = f"{min(counts):,}", f"{max(counts):,}"
    text = low if low == high else f"{low} to {high}"
    return text.replace(",", r"\,")


def listed(texts: Sequence[str]) -> str:
    """Return texts as a list in a sentence."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
