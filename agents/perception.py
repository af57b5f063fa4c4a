"""Perception of parties and regulators: frozen tuples of plain fields, without exposure, stakes or voters."""

from __future__ import annotations

from typing import NamedTuple

NOT_ASKED = -1.0
"""Value of a mean ideal policy that the panel was not asked for."""

NEVER = -1.0
"""Value of months until an event that will not happen."""


class Stand(NamedTuple):
    """A position on the issue as voters judge it.

    openness in [0, 1]; forced in [0, 1], the share of a holding that would have to be sold; protected in [0, 1], the
    share of that forced sale from which existing holdings are exempt; backstop in [0, 1], the share of savers' losses
    that the public would cover.
    """

    openness: float
    forced: float
    protected: float
    backstop: float = 0.0


class Option(NamedTuple):
    """One item that an administration may put on its agenda, with the facts that are public about it."""

    name: str
    number: int
    nest: str
    stand: Stand
    theta: float
    kappa: float
    instrument: str
    agency: str
    months: float
    risk: float


class PollReport(NamedTuple):
    """Answers of one panel of respondents about hypothetical policies.

    shares: two-party share of the asking party, one per question, in the order asked; n: respondents; month.
    mean_ideal, own_mean_ideal: mean ideal policy of all respondents and of the asking party's supporters, in [0, 1];
    NOT_ASKED unless the party's rule declares `needs_opinion`. standing: index of the question that describes the
    status quo: no new move or platform, and an open docket continues.
    """

    shares: tuple[float, ...]
    n: int
    month: int
    mean_ideal: float = NOT_ASKED
    own_mean_ideal: float = NOT_ASKED
    standing: int = 0


class Memory(NamedTuple):
    """A party's own past decisions on agenda and platform, the oldest first.

    aims: the target of each decision; shares: the own share polled at that time under the status quo, before the aim
    could act. The share that an aim led to is therefore the next one. Empty unless the party's rule declares
    `remembers`.
    """

    aims: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


EMPTY_MEMORY = Memory()
"""Memory of a party before its first decision."""


class PolicyState(NamedTuple):
    """Public facts of policy and politics at a month.

    lapse_months: months until the next provision with a sunset lapses, NEVER if there is none; lapse_openness: openness
    then, if nothing else changes.
    """

    month: int
    openness: float
    theta: float
    kappa: float
    in_office: str
    own_role: str
    own_platform: float
    rival_platform: float
    hostile_chambers: int
    terms_in_office: int
    incumbency_share: float
    months_left: int
    pledges: float
    lapse_months: float = NEVER
    lapse_openness: float = 0.0


class LawState(NamedTuple):
    """Public facts of law: the layer of current policy, the docket and pending review.

    salted: Congress voided a rule, so that no similar one may be made. review: Congress may void the current rule.
    """

    layer: str
    docket: str
    docket_months: float
    vacated: int
    salted: bool = False
    review: bool = False
