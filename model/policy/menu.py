"""The menu of moves: what an administration may put on its agenda under the law as it stands."""

from __future__ import annotations

from functools import lru_cache

from ...agents.party.parameters import PartyParameters
from ...agents.perception import Option, Stand
from ...agents.regulator.docket import expected_months, haste, slow_roll_factor
from ...agents.regulator.parameters import RegulatorParameters
from ..identity_cache import by_identity
from ..parameters.policy import PolicyParameters
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

MOVES = ("hold", "loosen", "warn", "cap", "close", "prohibit", "enforce", "support", "disapprove", "renew")
NESTS = ("hold", "loosen", "restrict", "support")
SUPPORT_AFTER = 0.3
LOOSEN_CAP = 0.10


def _formal_instrument(law: Law) -> str:
    """Instrument that can change the standing layer."""
    if law.statute is not None:
        return "statute"
    if law.rule is not None:
        return "rule"
    return "statute" if law.layer == "statute" else law.layer


class _Terms:
    """The parameters that decide what is on the menu; one object for the same groups, as in all arms of a study."""

    def __init__(self, policy: PolicyParameters, regulator: RegulatorParameters, party: PartyParameters) -> None:
        self.policy, self.regulator, self.party = policy, regulator, party


_terms = by_identity(_Terms)


class _Menu:
    """Collects the options that the law leaves open, as yet without their delays."""

    def __init__(self, law: Law, p: _Terms, passage: Passage) -> None:
        self.law, self.p, self.passage = law, p, passage
        self.now, self.dol, self.kappa0 = effective(law), dol_provision(law), p.policy.cap
        self.formal = _formal_instrument(law)
        self.courts = p.regulator.suit_probability > 0.0
        hold = stand_of(self.now, self.kappa0)
        self.options = [Option("hold", 0, "hold", hold, self.now.theta, self.now.kappa, "none", "DOL", 0.0, 0.0)]

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
        """Add one move, unless Congress would not pass it; where a rule like it was voided it takes a statute.

        Its stand is the policy that would be in force once it is enacted, with all other layers as they are.
        """
        risk = self.p.regulator.prob_rule_lost_in_court if instrument == "rule" and self.courts else 0.0
        stand = Stand(openness=0.0, forced=forced, protected=protected)
        option = Option(name, MOVES.index(name), nest, stand, theta, kappa, instrument, agency, 0.0, risk)
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
        """Whether a move would not do what its nest says: restrict but not lower, loosen but not raise openness."""
        hold = self.options[0].stand
        if nest == "restrict":
            sold, selling = (one.forced * (1.0 - one.protected) for one in (stand, hold))
            return stand.openness >= hold.openness - 1e-12 and sold <= selling
        return nest == "loosen" and stand.openness <= hold.openness + 1e-12 and self.now.kappa >= self.kappa0

    def add_loosen(self) -> None:
        """Loosening acts on whatever binds: an enforcement posture, guidance below a rule, or the standing layer."""
        law, now, standing = self.law, self.now, self.law.standing()
        if law.enforcement is not None and law.enforcement.theta < self.dol.theta:
            self.add("loosen", "loosen", self.dol.theta, self.dol.kappa, "enforcement", agency="SEC", protected=0.0)
        elif law.guidance is not None and (law.rule or law.statute) and self.dol.theta < standing.theta:
            self.add("loosen", "loosen", standing.theta, standing.kappa, "guidance", protected=0.0)
        elif now.theta < 1.0 or now.closed or now.kappa < self.kappa0:
            theta, kappa = rung_above(now.theta), min(1.0, now.kappa + LOOSEN_CAP)
            self.add("loosen", "loosen", theta, kappa, self.formal, protected=0.0)

    def add_warn(self) -> None:
        """Guidance at most one rung below a rule (or below itself), never below the floor; a statute leaves no room."""
        law, now = self.law, self.now
        base = law.standing().theta if law.rule or law.statute else self.dol.theta
        floor = max(rung_below(base), self.p.policy.warn_floor)
        if self.dol.theta > floor and law.statute is None and not now.closed:
            self.add("warn", "restrict", floor, self.dol.kappa, "guidance")

    def add_enforce(self) -> None:
        """The SEC's enforcement posture, one rung below the policy in force."""
        now = self.now
        floor = max(rung_below(now.theta), self.p.policy.warn_floor)
        if self.law.enforcement is None and now.theta > floor and not now.closed:
            self.add("enforce", "restrict", floor, now.kappa, "enforcement", agency="SEC")

    def add_formal(self) -> None:
        """Cap, close to new money, prohibit and divest: they change the standing layer."""
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

    def add_disapprove(self) -> None:
        """Void the standing rule by a resolution of Congress: what it replaced stands again, with its own terms."""
        hold = self.options[0].stand
        bare = Option("disapprove", MOVES.index("disapprove"), "", hold, 0.0, 0.0, "resolution", "DOL", 0.0, 0.0)
        after = effective(enact(self.law, bare, "author", 0))
        stand = stand_of(after, self.kappa0)
        opens = stand.openness > hold.openness
        if abs(stand.openness - hold.openness) > 1e-12 and self.passage.of("resolution", opens):
            nest = "loosen" if opens else "restrict"
            self._append(bare._replace(nest=nest, theta=after.theta, kappa=after.kappa), stand)

    def add_renew(self, layer: str) -> None:
        """Put off the sunset of a rule or statute; policy stays as it is."""
        hold = self.options[0].stand
        falls = openness(effective(lapse(self.law, layer)), self.kappa0)
        if self.passage.of(layer, hold.openness >= falls):
            nest = "restrict" if hold.openness < falls else "loosen"
            number = MOVES.index("renew")
            option = Option("renew", number, nest, hold, self.now.theta, self.now.kappa, layer, "DOL", 0.0, 0.0)
            self._append(option, hold)


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
    """Every move open to the government, hold first.

    ideals: the two agencies' ideals (they decide how slowly an item moves). passage: what Congress would pass (no
    statute and no resolution is on the menu that would fail). fallen: fall of the price from its peak, which `support`
    needs. review: whether Congress may still void the standing rule. month: now, which `renew` needs.
    """
    terms = _terms(p.policy, p.regulator, p.party)
    supports = p.party.support_move and fallen >= SUPPORT_AFTER and not law.support
    due = next_expiry(law)
    # A sunset can be put off in its last year.
    renewed = due[0] if due is not None and month >= due[1] - p.policy.renewal_window else None
    return list(_timed_moves(law, terms, passage, supports, review, renewed, tuple(ideals.items())))


@lru_cache(maxsize=4096)
def _open_moves(
    law: Law, terms: _Terms, passage: Passage, supports: bool, review: bool, renewed: str | None
) -> tuple[Option, ...]:
    found = _Menu(law, terms, passage)
    found.add_loosen()
    found.add_warn()
    found.add_enforce()
    found.add_formal()
    if supports:
        found.add("support", "support", found.now.theta, found.now.kappa, "guidance", agency="SEC", protected=0.0)
    if review:
        found.add_disapprove()
    if renewed is not None:
        found.add_renew(renewed)
    return tuple(found.options)


# Agencies drift by draws that the arms of a replicate share, so that these meet the same menus with the same delays.
@lru_cache(maxsize=4096)
def _timed_moves(
    law: Law,
    terms: _Terms,
    passage: Passage,
    supports: bool,
    review: bool,
    renewed: str | None,
    ideals: tuple[tuple[str, float], ...],
) -> tuple[Option, ...]:
    hold, *moves = _open_moves(law, terms, passage, supports, review, renewed)
    return (hold, *[_timed(option, dict(ideals), terms.regulator) for option in moves])


def _timed(option: Option, ideals: dict[str, float], regulator: RegulatorParameters) -> Option:
    """An option with its mean delay, which depends on how far its agency disagrees."""
    factor = slow_roll_factor(ideals[option.agency], option.stand.openness, regulator)
    months = expected_months(option.instrument, factor, regulator)
    return option._replace(months=months * haste(option.name, option.instrument, False, regulator))


def restrictive(option: Option, current: float) -> bool:
    """Whether an option would lower openness by .10 or more: what counts as an attempt."""
    return restrictive_fall(current, option.stand.openness)


def restrictive_fall(was: float, now: float) -> bool:
    """Whether openness has fallen by .10 or more."""
    return now <= was - 0.10 + 1e-9
