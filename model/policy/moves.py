"""The contract of a further policy move, which a government finds on its menu beside the shipped ones."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from ..parameters.policy import PolicyParameters

MOVES = ("hold", "loosen", "warn", "cap", "close", "prohibit", "enforce", "support", "disapprove", "renew")
"""The moves of the model, in the order of the menu."""
NO_MOVE = "none"
"""Value of `policy.extra_move` without a further move; also the name of no move in tables."""
INSTRUMENTS = ("guidance", "rule", "statute")
EXTRA_MOVES: dict[str, type[ExtraMove]] = {}
"""All further moves by name; `policy.extra_move` takes these names."""
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class PolicyInForce(NamedTuple):
    """Public facts of the policy that a move would change.

    theta: access, 0 to 1. cap: largest share of a balance. openness: theta times cap as a share of the friendly cap, 0
    to 1. instrument: the legal layer that can change the standing policy: guidance, rule or statute.
    """

    theta: float
    cap: float
    openness: float
    instrument: str


class Terms(NamedTuple):
    """What a move writes into law.

    theta, cap: as in `PolicyInForce`. instrument: guidance, rule or statute. forced: share of a holding that must be
    sold. protected: share of that sale from which present holdings are exempt. All numbers 0 to 1.
    """

    theta: float
    cap: float
    instrument: str
    forced: float = 0.0
    protected: float = 1.0


class ExtraMove(ABC):
    """A move that the menu offers to every government. Subclass it, set `name` and write `terms`.

    A move keeps no state, draws no random numbers and never sees voters: `terms` is a function of its arguments. The
    menu leaves the move out where it would change nothing, or where Congress would not pass it. Costs, delay, suits
    and blame are those of its instrument.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Register the move under its name. ValueError if another move has the name, or it is not possible."""
        name = getattr(cls, "name", None)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"move {cls.__name__} needs a name of lower-case letters, digits and dashes")
        if name in EXTRA_MOVES or name in (*MOVES, NO_MOVE):
            raise ValueError(f"two moves are called {name!r}")
        EXTRA_MOVES[name] = cls

    @abstractmethod
    def terms(self, now: PolicyInForce, parameters: PolicyParameters) -> Terms | None:
        """Return what the move would write into law under the present policy; None where it is not open."""


def checked_terms(name: str, now: PolicyInForce, parameters: PolicyParameters) -> Terms | None:
    """Return the terms of a further move. Raises ValueError in one line for terms that no law can have."""
    terms = EXTRA_MOVES[name]().terms(now, parameters)
    if terms is None:
        return None
    if not isinstance(terms, Terms) or terms.instrument not in INSTRUMENTS:
        raise ValueError(f"move {name}: terms must be Terms with one of the instruments {', '.join(INSTRUMENTS)}")
    for field in ("theta", "cap", "forced", "protected"):
        value = getattr(terms, field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"move {name}: {field} is {value!r}; allowed: a number, 0 to 1")
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"move {name}: {field} = {value:g} is not possible; allowed: 0 to 1")
    theta, cap, instrument, forced, protected = terms
    return Terms(float(theta), float(cap), instrument, float(forced), float(protected))


def move_number(name: str) -> int:
    """Return the number of a move, which names its draws; a further move has the number after the shipped ones."""
    return MOVES.index(name) if name in MOVES else len(MOVES)


def in_menu_order(names: set[str]) -> list[str]:
    """Return the names of moves in the order of the menu, further moves last."""
    return sorted(names - {NO_MOVE, ""}, key=lambda name: (move_number(name), name))
