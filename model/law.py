"""Policy and its legal layers: rungs, caps, instruments, what is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from ..agents.perception import Option, Stand
from .parameters import Parameters

RUNGS = (0.0, 0.25, 0.5, 0.75, 1.0)
LAYERS = ("enforcement", "guidance", "rule", "statute")


@dataclass(frozen=True, slots=True)
class Provision:
    """What one layer says: theta, cap, protection of holdings, share of a forced sale, by whom, since when."""

    theta: float
    kappa: float
    protected: float
    forced: float
    closed: bool
    role: str
    month: int


@dataclass(frozen=True, slots=True)
class Law:
    """The layers of the Department of Labor's policy on menus, and the SEC's enforcement posture on products."""

    layer: str
    base: Provision
    statute: Provision | None = None
    rule: Provision | None = None
    guidance: Provision | None = None
    enforcement: Provision | None = None
    support: bool = False

    def standing(self) -> Provision:
        """The highest layer that says anything."""
        return self.statute or self.rule or self.base

    def with_layer(self, layer: str, provision: Provision | None) -> Law:
        """A copy with one layer set or cleared."""
        changes: dict[str, Provision | None] = {layer: provision}
        return replace(self, **changes)  # type: ignore[arg-type]


def rung_below(theta: float) -> float:
    """Next rung down; 0 at the bottom."""
    return max((rung for rung in RUNGS if rung < theta - 1e-9), default=0.0)


def rung_above(theta: float) -> float:
    """Next rung up; 1 at the top."""
    return min((rung for rung in RUNGS if rung > theta + 1e-9), default=1.0)


def dol_provision(law: Law) -> Provision:
    """What the Department of Labor's layers amount to: guidance binds at most one rung below a rule or statute."""
    standing, guidance = law.standing(), law.guidance
    if guidance is None:
        return standing
    if law.rule is None and law.statute is None:
        return guidance
    theta = max(min(guidance.theta, standing.theta), rung_below(standing.theta))
    return replace(standing, theta=theta)


def effective(law: Law) -> Provision:
    """Policy in force: the smaller theta of the two regulators, the other terms from the Department of Labor."""
    menu = dol_provision(law)
    if law.enforcement is not None and law.enforcement.theta < menu.theta:
        return replace(menu, theta=law.enforcement.theta)
    return menu


def binding_layer(law: Law) -> str:
    """Layer that holds the policy in force where it is; "base" where no formal layer does."""
    menu, standing = dol_provision(law), law.standing()
    if law.enforcement is not None and law.enforcement.theta < menu.theta:
        return "enforcement"
    if law.guidance is not None and (menu is law.guidance or menu.theta < standing.theta):
        return "guidance"
    if law.statute is not None:
        return "statute"
    return "rule" if law.rule is not None else "base"


def openness(provision: Provision, kappa0: float) -> float:
    """A = theta * min(1, kappa / kappa0) for new money; 0 when closed to new money (ODD: openness)."""
    if provision.closed:
        return 0.0
    return provision.theta * min(1.0, provision.kappa / kappa0)


def initial_law(p: Parameters) -> Law:
    """Neutral policy in January 2025 on no formal layer."""
    cap = p.policy.cap
    return Law(p.policy.layer, Provision(p.policy.start_theta, cap, 0.0, 0.0, False, "author", 0))


def friendly_provision(p: Parameters, month: int) -> Provision:
    """The author's policy as it takes effect."""
    return Provision(p.policy.friendly_theta, p.policy.cap, 0.0, 0.0, False, "author", month)


def stand_of(provision: Provision, kappa0: float) -> Stand:
    """A provision as voters judge it."""
    return Stand(openness(provision, kappa0), provision.forced, provision.protected)


@lru_cache(maxsize=4096)
def platform_stand(platform: float, warn_floor: float) -> Stand:
    """A platform as voters judge it: below the discouraged rung it implies some forced sale."""
    forced = max(0.0, (warn_floor - platform) / warn_floor) if warn_floor > 0.0 else 0.0
    return Stand(platform, forced, 0.0)


def provision_of(option: Option, role: str, month: int) -> Provision:
    """The provision an enacted option writes into its layer."""
    closed = option.name == "close"
    return Provision(option.theta, option.kappa, option.stand.protected, option.stand.forced, closed, role, month)


def enact(law: Law, option: Option, role: str, month: int) -> Law:
    """The law after an option takes effect. A new rule or statute clears guidance about the old one."""
    if option.name == "support":
        return replace(law, support=True)
    if option.instrument in ("guidance", "enforcement"):
        if option.name == "loosen" and option.agency == "SEC":
            return law.with_layer("enforcement", None)
        return law.with_layer(option.instrument, provision_of(option, role, month))
    return replace(law.with_layer(option.instrument, provision_of(option, role, month)), guidance=None)
