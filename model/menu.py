"""The menu of moves: what an administration may put on its agenda under the law as it stands."""

from __future__ import annotations

from ..agents.perception import Option, Stand
from ..agents.regulator.docket import expected_months, slow_roll_factor
from .law import Law, dol_provision, effective, openness, rung_above, rung_below
from .parameters import Parameters

MOVES = ("hold", "loosen", "warn", "cap", "close", "prohibit", "enforce", "support")
NESTS = ("hold", "loosen", "restrict", "support")


def _formal_instrument(law: Law) -> str:
    """Instrument that can change the standing layer."""
    if law.statute is not None:
        return "statute"
    if law.rule is not None:
        return "rule"
    return "statute" if law.layer == "statute" else law.layer


def menu(
    law: Law, p: Parameters, ideals: dict[str, float], unified: bool, fallen: float, after_vacatur: float = 0.0
) -> list[Option]:
    """Every move open to the government, hold first.

    ideals: the two agencies' ideals (they decide how slowly an item moves). unified: whether president, House and Senate
    are of one party (a statute needs that). fallen: fall of the price from its peak, which `support` needs.
    """
    now = effective(law)
    kappa0 = p.policy.cap
    current = openness(now, kappa0)
    options = [Option("hold", 0, "hold", Stand(current, 0.0, 0.0), now.theta, now.kappa, "none", "DOL", 0.0, 0.0)]

    def add(name: str, nest: str, stand: Stand, theta: float, kappa: float, instrument: str, agency: str) -> None:
        if instrument == "statute" and not unified:
            return
        factor = slow_roll_factor(ideals[agency], stand.openness, p.regulator)
        months = expected_months(instrument, factor, p.regulator)
        risk = p.regulator.prob_rule_lost_in_court if instrument == "rule" else 0.0
        options.append(Option(name, MOVES.index(name), nest, stand, theta, kappa, instrument, agency, months, risk))

    formal = _formal_instrument(law)
    _add_loosen(law, p, formal, add)
    dol = dol_provision(law)
    warned = rung_below(law.standing().theta)
    floor = max(warned if law.rule or law.statute else rung_below(dol.theta), p.policy.warn_floor)
    if dol.theta > floor and law.statute is None and not now.closed:
        add("warn", "restrict", Stand(min(current, floor * min(1.0, now.kappa / kappa0)), 0.0, 1.0), floor, now.kappa, "guidance", "DOL")
    sec = max(rung_below(now.theta), p.policy.warn_floor)
    if law.enforcement is None and now.theta > sec and not now.closed:
        add("enforce", "restrict", Stand(sec * min(1.0, now.kappa / kappa0), 0.0, 1.0), sec, now.kappa, "enforcement", "SEC")
    if now.kappa > p.policy.cap_low and not now.closed and now.theta > 0.0:
        capped = law.standing().theta * p.policy.cap_low / kappa0
        add("cap", "restrict", Stand(min(current, capped), 0.0, 1.0), law.standing().theta, p.policy.cap_low, formal, "DOL")
    if not now.closed and now.theta > 0.0:
        add("close", "restrict", Stand(0.0, 0.0, 1.0), p.policy.before_theta, 0.0, formal, "DOL")
    if now.theta > 0.0:
        hard = "rule" if formal == "guidance" else formal
        add("prohibit", "restrict", Stand(0.0, 1.0, 0.0), 0.0, 0.0, hard, "DOL")
    if p.party.support_move and fallen >= 0.3 and not law.support:
        add("support", "support", Stand(current, 0.0, 0.0), now.theta, now.kappa, "guidance", "SEC")
    return options


def _add_loosen(law: Law, p: Parameters, formal: str, add: object) -> None:
    """The loosening move acts on whatever binds: an enforcement posture, guidance below a rule, or the standing layer."""
    now, kappa0 = effective(law), p.policy.cap
    dol = dol_provision(law)
    put = add
    if law.enforcement is not None and law.enforcement.theta < dol.theta:
        opened = openness(dol, kappa0)
        put("loosen", "loosen", Stand(opened, 0.0, 0.0), dol.theta, dol.kappa, "enforcement", "SEC")  # type: ignore[operator]
        return
    standing = law.standing()
    if law.guidance is not None and (law.rule or law.statute) and dol.theta < standing.theta:
        opened = openness(standing, kappa0)
        put("loosen", "loosen", Stand(opened, 0.0, 0.0), standing.theta, standing.kappa, "guidance", "DOL")  # type: ignore[operator]
        return
    if now.theta >= 1.0 and not now.closed and now.kappa >= kappa0:
        return
    theta, kappa = rung_above(now.theta), min(1.0, now.kappa + 0.10)
    put("loosen", "loosen", Stand(theta * min(1.0, kappa / kappa0), 0.0, 0.0), theta, kappa, formal, "DOL")  # type: ignore[operator]


def restrictive(option: Option, current: float) -> bool:
    """Whether an option would lower openness by .10 or more: what counts as an attempt."""
    return option.stand.openness <= current - 0.10 + 1e-9
