"""All a party or a regulator may see. Frozen, plain fields only: no exposure, no stakes, no voters."""

from __future__ import annotations

from typing import NamedTuple

NOT_ASKED = -1.0
"""In the place of a mean ideal policy that the panel was not asked for."""

NEVER = -1.0
"""In the place of months until something that will not come."""


class Stand(NamedTuple):
    """A position on the issue as voters judge it.

    openness in [0, 1]; forced in [0, 1], the share of a holding that would have to be sold; protected in [0, 1], the
    share of that forced sale which existing holdings are spared; backstop in [0, 1], the share of savers' losses the
    public would take over.
    """

    openness: float
    forced: float
    protected: float
    backstop: float = 0.0


class Option(NamedTuple):
    """One item an administration may put on its agenda, as it would see it in the Federal Register."""

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
    """What one panel of respondents said about hypothetical policies.

    shares: two-party share of the asking party, one per question, in the order asked; n: respondents; month.
    mean_ideal, own_mean_ideal: mean ideal policy of all respondents and of the asking party's supporters, in [0, 1];
    NOT_ASKED unless the party's rule declares `needs_opinion`. standing: index of the question that describes things
    as they stand: no new move or platform, and a live docket goes on.
    """

    shares: tuple[float, ...]
    n: int
    month: int
    mean_ideal: float = NOT_ASKED
    own_mean_ideal: float = NOT_ASKED
    standing: int = 0


class Memory(NamedTuple):
    """What a party remembers of its own decisions on agenda and platform, the oldest first.

    aims: the target of each decision; shares: the own share polled at it as things stood, before the aim could act.
    The share an aim led to is therefore the next one. Empty unless the party's rule declares `remembers`.
    """

    aims: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


NOTHING = Memory()
"""The memory of a party that has not decided yet."""


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
    """Public facts of law: the layer policy rests on and what is pending.

    salted: a rule was voided by Congress, so that none like it may be made. review: the rule that stands may be voided.
    """

    layer: str
    docket: str
    docket_months: float
    vacated: int
    salted: bool = False
    review: bool = False
