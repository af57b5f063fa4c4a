"""The menu of moves: the options that an administration has under the present law."""

from __future__ import annotations

from collections.abc import Sequence

from ...agents.perception import Option, Stand
from ...agents.regulator.docket import expected_months, haste, slow_roll_factor
from ...agents.regulator.parameters import RegulatorParameters
from ..parameters.tree import Parameters
from .law import (
    Law,
    dol_provision,
    effective,
    enact,
    lapse,
    next_expiry,
    openness,
    provision_of,
    rung_above,
    rung_below,
    salted,
    stand_of,
)
from .legislature import Passage
from .moves import MOVES as MOVES
from .moves import NO_MOVE, PolicyInForce, checked_terms, move_number

NESTS = ("hold", "loosen", "restrict", "support")
SUPPORT_AFTER = 0.3
LOOSEN_CAP = 0.10


def _formal_instrument(law: Law) -> str:
    """Return the instrument that can change the standing layer."""
    if law.statute is not None:
        return "statute"
    if law.rule is not None:
        return "rule"
    return "statute" if law.layer == "statute" else law.layer


def hold(law: Law, cap: float) -> Option:
    """Return the option to leave policy as it is."""
    now = effective(law)
    return Option("hold", 0, "hold", stand_of(now, cap), now.theta, now.kappa, "none", "DOL", 0.0, 0.0)


class _Menu:
    """Collects the options that are legal now, without their delays."""

    def __init__(self, law: Law, p: Parameters, passage: Passage) -> None:
        self.law, self.p, self.passage = law, p, passage
        self.now, self.dol, self.kappa0 = effective(law), dol_provision(law), p.policy.cap
        self.formal = _formal_instrument(law)
        self.courts = p.regulator.suit_probability > 0.0
        self.options = [hold(law, self.kappa0)]

    def add(
        self,
        name: str,
        nest: str,
        theta: float,
        kappa: float,
        instrument: str,
        *,
        forced: float = 0.0,
        protected: float = 1.0,
        agency: str = "DOL",
    ) -> None:
        """Add one move, unless Congress would not pass it; if Congress voided a similar rule, the move needs a statute.

        Its stand is the policy that would be in force after it is enacted, with all other layers unchanged.
        """
        risk = self.p.regulator.prob_rule_lost_in_court if instrument == "rule" and self.courts else 0.0
        stand = Stand(openness=0.0, forced=forced, protected=protected)
        option = Option(name, move_number(name), nest, stand, theta, kappa, instrument, agency, 0.0, risk)
        if instrument == "rule" and salted(self.law, openness(provision_of(option, "author", 0), self.kappa0)):
            instrument = "statute"
            option = option._replace(instrument=instrument, risk=0.0)
        stand = stand_of(effective(enact(self.law, option, "author", 0)), self.kappa0)
        if name == "support":
            stand = stand._replace(backstop=self.p.party.support_share)
        if self._idle(nest, stand) or not self.passage.of(instrument, stand.openness >= self.options[0].stand.openness):
            return
        self._append(option, stand)

    def _append(self, option: Option, stand: Stand) -> None:
        self.options.append(option._replace(stand=stand))

    def _idle(self, nest: str, stand: Stand) -> bool:
        """Return whether a move has no effect in the direction of its nest: restrict or loosen."""
        now = self.options[0].stand
        if nest == "restrict":
            sold, selling = (each.forced * (1.0 - each.protected) for each in (stand, now))
            return stand.openness >= now.openness - 1e-12 and sold <= selling
        return nest == "loosen" and stand.openness <= now.openness + 1e-12 and self.now.kappa >= self.kappa0

    def add_loosen(self) -> None:
        """Add a loosening of the layer that binds: enforcement, guidance below a rule, or the standing layer."""
        law, now, standing = self.law, self.now, self.law.standing()
        if law.enforcement is not None and law.enforcement.theta < self.dol.theta:
            self.add("loosen", "loosen", self.dol.theta, self.dol.kappa, "enforcement", agency="SEC", protected=0.0)
        elif law.guidance is not None and (law.rule or law.statute) and self.dol.theta < standing.theta:
            self.add("loosen", "loosen", standing.theta, standing.kappa, "guidance", protected=0.0)
        elif now.theta < 1.0 or now.closed or now.kappa < self.kappa0:
            theta, kappa = rung_above(now.theta), min(1.0, now.kappa + LOOSEN_CAP)
            self.add("loosen", "loosen", theta, kappa, self.formal, protected=0.0)

    def add_warn(self) -> None:
        """Add guidance one rung below a rule (or present guidance), not below the floor, and not under a statute."""
        law, now = self.law, self.now
        base = law.standing().theta if law.rule or law.statute else self.dol.theta
        floor = max(rung_below(base), self.p.policy.warn_floor)
        if self.dol.theta > floor and law.statute is None and not now.closed:
            self.add("warn", "restrict", floor, self.dol.kappa, "guidance")

    def add_enforce(self) -> None:
        """Add the SEC's enforcement posture, one rung below the policy in force."""
        now = self.now
        floor = max(rung_below(now.theta), self.p.policy.warn_floor)
        if self.law.enforcement is None and now.theta > floor and not now.closed:
            self.add("enforce", "restrict", floor, now.kappa, "enforcement", agency="SEC")

    def add_formal(self) -> None:
        """Add the moves that change the standing layer: cap, close to new money, prohibit and divest."""
        now, policy = self.now, self.p.policy
        if now.theta <= 0.0:
            return
        if now.kappa > policy.cap_low and not now.closed:
            theta = self.dol.theta if self.formal == "guidance" else self.law.standing().theta
            excess = max(0.0, 1.0 - policy.cap_low / self.kappa0)
            self.add(
                "cap", "restrict", theta, policy.cap_low, self.formal, forced=excess, protected=policy.cap_protects
            )
        if not now.closed:
            self.add("close", "restrict", policy.before_theta, 0.0, self.formal)
        hard = "rule" if self.formal == "guidance" else self.formal
        self.add("prohibit", "restrict", 0.0, 0.0, hard, forced=1.0, protected=0.0)

    def add_extra(self) -> None:
        """Add the further move of policy.extra_move, if there is one and it is open."""
        now, name = self.now, self.p.policy.extra_move
        if name == NO_MOVE:
            return
        facts = PolicyInForce(now.theta, now.kappa, self.options[0].stand.openness, self.formal)
        terms = checked_terms(name, facts, self.p.policy)
        if terms is None:
            return
        theta, cap, instrument, forced, protected = terms
        nest = "loosen" if theta * min(1.0, cap / self.kappa0) > facts.openness else "restrict"
        self.add(name, nest, theta, cap, instrument, forced=forced, protected=protected)

    def add_disapprove(self) -> None:
        """Add a resolution of Congress that voids the rule in force: its predecessor returns with its own terms."""
        now = self.options[0].stand
        bare = Option("disapprove", move_number("disapprove"), "", now, 0.0, 0.0, "resolution", "DOL", 0.0, 0.0)
        after = effective(enact(self.law, bare, "author", 0))
        stand = stand_of(after, self.kappa0)
        opens = stand.openness > now.openness
        if abs(stand.openness - now.openness) > 1e-12 and self.passage.of("resolution", opens):
            nest = "loosen" if opens else "restrict"
            self._append(bare._replace(nest=nest, theta=after.theta, kappa=after.kappa), stand)

    def add_renew(self, layer: str) -> None:
        """Add the renewal of a rule or statute, which puts off its sunset; policy stays as it is."""
        now = self.options[0].stand
        falls = openness(effective(lapse(self.law, layer)), self.kappa0)
        if self.passage.of(layer, now.openness >= falls):
            nest = "restrict" if now.openness < falls else "loosen"
            number = move_number("renew")
            option = Option("renew", number, nest, now, self.now.theta, self.now.kappa, layer, "DOL", 0.0, 0.0)
            self._append(option, now)


def menu(
    law: Law,
    p: Parameters,
    ideals: dict[str, float],
    passage: Passage,
    fallen: float,
    *,
    review: bool = False,
    month: int = 0,
) -> list[Option]:
    """Return every move open to the government, hold first.

    ideals: the two agencies' ideals, on which delays depend. passage: the bills that Congress would pass; a
    statute or resolution that would fail is not on the menu. fallen: fall of the price from its peak, which `support`
    needs. review: whether Congress may still void the standing rule. month: now, which `renew` needs.
    """
    options = open_moves(law, p, passage, support_open(law, p, fallen), review, renewable(law, p, month))
    return with_delays(options, ideals, p.regulator)


def support_open(law: Law, p: Parameters, fallen: float) -> bool:
    """Return whether the support move is open: after a deep fall of the price, once."""
    return p.party.support_move and fallen >= SUPPORT_AFTER and not law.support


def renewable(law: Law, p: Parameters, month: int) -> str | None:
    """Return the layer whose sunset can be put off, None if none can: a sunset is renewed in its last year."""
    due = next_expiry(law)
    return due[0] if due is not None and month >= due[1] - p.policy.renewal_window else None


def open_moves(
    law: Law, p: Parameters, passage: Passage, supports: bool, review: bool, renewed: str | None
) -> tuple[Option, ...]:
    """Return the moves of a menu without their delays; hold first."""
    moves = _Menu(law, p, passage)
    moves.add_loosen()
    moves.add_warn()
    moves.add_enforce()
    moves.add_formal()
    if supports:
        moves.add("support", "support", moves.now.theta, moves.now.kappa, "guidance", agency="SEC", protected=0.0)
    if review:
        moves.add_disapprove()
    if renewed is not None:
        moves.add_renew(renewed)
    moves.add_extra()
    return tuple(moves.options)


def with_delays(options: Sequence[Option], ideals: dict[str, float], regulator: RegulatorParameters) -> list[Option]:
    """Return the moves with their mean delays; hold, the first, has none."""
    first, *moves = options
    return [first, *[_timed(option, ideals, regulator) for option in moves]]


def _timed(option: Option, ideals: dict[str, float], regulator: RegulatorParameters) -> Option:
    """Return an option with its mean delay, which depends on its agency's disagreement."""
    factor = slow_roll_factor(ideals[option.agency], option.stand.openness, regulator)
    months = expected_months(option.instrument, factor, regulator)
    return option._replace(months=months * haste(option.name, option.instrument, False, regulator))


def restrictive(option: Option, current: float) -> bool:
    """Return whether an option would lower openness by .10 or more, the definition of an attempt."""
    return restrictive_fall(current, option.stand.openness)


def restrictive_fall(was: float, now: float) -> bool:
    """Return whether openness has fallen by .10 or more."""
    return now <= was - 0.10 + 1e-9
