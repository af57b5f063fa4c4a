"""Policy and its legal layers: rungs, caps, instruments and the policy in force."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...agents.perception import Option, Stand
from ..parameters.tree import Parameters

RUNGS = (0.0, 0.25, 0.5, 0.75, 1.0)
LAYERS = ("enforcement", "guidance", "rule", "statute")
FORMAL = ("rule", "statute")
NO_SUNSET = -1
SALT = 0.10
"""A rule is substantially the same as a voided rule unless its openness is this far from it, towards former policy."""


@dataclass(frozen=True, slots=True)
class Provision:
    """Content of one layer: theta, cap, protection of holdings, share of a forced sale, author, month.

    expires: month in which a sunset ends it, NO_SUNSET if none does. move: the move that wrote it, "" for the base and
    the friendly policy.
    """

    theta: float
    kappa: float
    protected: float
    forced: float
    closed: bool
    role: str
    month: int
    expires: int = NO_SUNSET
    move: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    """The layers of the Department of Labor's policy on menus, and the SEC's enforcement posture on products.

    former: the rule that the present one replaced. salted_from: openness from which on no rule may be made, salted_to:
    openness up to which no rule may be made, because Congress voided a similar one; None without a voided rule.
    """

    layer: str
    base: Provision
    statute: Provision | None = None
    rule: Provision | None = None
    guidance: Provision | None = None
    enforcement: Provision | None = None
    support: bool = False
    former: Provision | None = None
    salted_from: float | None = None
    salted_to: float | None = None

    def standing(self) -> Provision:
        """Return the highest layer with a provision: statute, rule or base."""
        return self.statute or self.rule or self.base

    def with_layer(self, layer: str, provision: Provision | None) -> Law:
        """Return a copy with one layer set or cleared; a new rule keeps the rule it replaces as `former`."""
        changes: dict[str, Provision | None] = {layer: provision}
        if layer == "rule":
            changes["former"] = self.rule if provision is not None else None
        return replace(self, **changes)  # type: ignore[arg-type]


def rung_below(theta: float) -> float:
    """Return the next rung down; 0 at the bottom."""
    return max((rung for rung in RUNGS if rung < theta - 1e-9), default=0.0)


def rung_above(theta: float) -> float:
    """Return the next rung up; 1 at the top."""
    return min((rung for rung in RUNGS if rung > theta + 1e-9), default=1.0)


def dol_provision(law: Law) -> Provision:
    """Return the Department of Labor's policy: guidance binds at most one rung below a rule or statute."""
    standing, guidance = law.standing(), law.guidance
    if guidance is None:
        return standing
    if law.rule is None and law.statute is None:
        return guidance
    theta = max(min(guidance.theta, standing.theta), rung_below(standing.theta))
    return replace(standing, theta=theta)


def effective(law: Law) -> Provision:
    """Return the policy in force: the smaller theta of the two regulators, other terms from the Department of Labor."""
    menu = dol_provision(law)
    if law.enforcement is not None and law.enforcement.theta < menu.theta:
        return replace(menu, theta=law.enforcement.theta)
    return menu


def binding_layer(law: Law) -> str:
    """Return the layer that sets the policy in force; "base" if there is no formal layer."""
    menu, standing = dol_provision(law), law.standing()
    if law.enforcement is not None and law.enforcement.theta < menu.theta:
        return "enforcement"
    if law.guidance is not None and (menu is law.guidance or menu.theta < standing.theta):
        return "guidance"
    if law.statute is not None:
        return "statute"
    return "rule" if law.rule is not None else "base"


def openness(provision: Provision, kappa0: float) -> float:
    """Return A = theta * min(1, kappa / kappa0) for new money; 0 if closed to new money (ODD: openness)."""
    if provision.closed:
        return 0.0
    return provision.theta * min(1.0, provision.kappa / kappa0)


def initial_law(p: Parameters) -> Law:
    """Return the law of January 2025: neutral policy on no formal layer."""
    cap = p.policy.cap
    return Law(p.policy.layer, Provision(p.policy.start_theta, cap, 0.0, 0.0, False, "author", 0))


def friendly_provision(p: Parameters, month: int) -> Provision:
    """Return the author's policy from this month on, with its sunset if it has one and is a rule or statute."""
    ends = p.policy.sunset_months if p.policy.layer in FORMAL else 0
    expires = month + ends if ends > 0 else NO_SUNSET
    return Provision(p.policy.friendly_theta, p.policy.cap, 0.0, 0.0, False, "author", month, expires)


def stand_of(provision: Provision, kappa0: float) -> Stand:
    """Return a provision as voters judge it."""
    return Stand(openness(provision, kappa0), provision.forced, provision.protected)


def platform_stand(platform: float, warn_floor: float) -> Stand:
    """Return a platform as voters judge it: below the floor of a warning it implies some forced sale."""
    forced = max(0.0, (warn_floor - platform) / warn_floor) if warn_floor > 0.0 else 0.0
    return Stand(platform, forced, 0.0)


def provision_of(option: Option, role: str, month: int) -> Provision:
    """Return the provision that an enacted option writes into its layer."""
    closed = option.name == "close"
    protected, forced = option.stand.protected, option.stand.forced
    return Provision(option.theta, option.kappa, protected, forced, closed, role, month, move=option.name)


def enact(law: Law, option: Option, role: str, month: int, sunset: int = 0) -> Law:
    """Return the law after an option takes effect; a new rule or statute clears guidance about the old one.

    sunset: months after which the written or renewed provision lapses; 0 = never.
    """
    if option.name == "support":
        return replace(law, support=True)
    if option.name == "disapprove":
        return void_rule(law)
    if option.name == "renew":
        return renew(law, option.instrument, month + sunset if sunset > 0 else NO_SUNSET)
    if option.instrument in ("guidance", "enforcement"):
        if option.name == "loosen" and option.agency == "SEC":
            return law.with_layer("enforcement", None)
        return law.with_layer(option.instrument, provision_of(option, role, month))
    written = provision_of(option, role, month)
    if sunset > 0:
        written = replace(written, expires=month + sunset)
    after = replace(law.with_layer(option.instrument, written), guidance=None)
    if option.instrument == "statute":
        # After a voided rule, the Congressional Review Act requires new statutory authority for a similar one.
        return replace(after, salted_from=None, salted_to=None)
    return after


def void_rule(law: Law) -> Law:
    """Return the law after Congress disapproves the rule: the former rule returns, and a similar one is barred.

    The voided rule's direction is relative to policy without it (5 U.S.C. 801(b)(2), substantially the same).
    """
    rule, kappa0 = law.rule, law.base.kappa
    if rule is None:
        return law
    voided, without = openness(rule, kappa0), openness(law.former or law.base, kappa0)
    after = replace(law, rule=law.former, former=None, guidance=None)
    if voided >= without:
        salt = voided - SALT
        return replace(after, salted_from=salt if law.salted_from is None else min(salt, law.salted_from))
    salt = voided + SALT
    return replace(after, salted_to=salt if law.salted_to is None else max(salt, law.salted_to))


def salted(law: Law, level: float) -> bool:
    """Return whether a rule of this openness would be substantially the same as one that Congress voided."""
    above = law.salted_from is not None and level >= law.salted_from - 1e-9
    return above or (law.salted_to is not None and level <= law.salted_to + 1e-9)


def next_expiry(law: Law) -> tuple[str, int] | None:
    """Return layer and month of the next sunset of a rule or statute (at a tie the statute's); None without one."""
    statute, rule = law.statute, law.rule
    if statute is not None and statute.expires >= 0 and (rule is None or not 0 <= rule.expires < statute.expires):
        return "statute", statute.expires
    if rule is not None and rule.expires >= 0:
        return "rule", rule.expires
    return None


def lapse(law: Law, layer: str) -> Law:
    """Return the law after a layer's sunset: the layer beneath it applies, and guidance lapses with it."""
    return replace(law.with_layer(layer, None), guidance=None)


def renew(law: Law, layer: str, expires: int) -> Law:
    """Return the law with a layer's sunset put off; author, date and terms of the provision stay."""
    provision: Provision | None = getattr(law, layer)
    if provision is None:
        return law
    changes = {layer: replace(provision, expires=expires)}
    return replace(law, **changes)  # type: ignore[arg-type]


def ira_openness(law: Law, kappa0: float) -> float:
    """Return openness for IRAs: the SEC's posture and statutes bind them, rules on plans do not (ODD: ira_openness)."""
    theta = 1.0 if law.enforcement is None else law.enforcement.theta
    if law.statute is None:
        return theta
    if law.statute.closed:
        return 0.0
    return min(theta, law.statute.theta * min(1.0, law.statute.kappa / kappa0))
