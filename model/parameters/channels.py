"""Switches of the causal channels."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, quantity

CHANNELS = (
    "prospective",
    "retrospective",
    "ideal_shift",
    "salience",
    "turnout",
    "reliance",
    "donors",
    "price_impact",
    "depth",
    "news",
)


class ChannelsParameters(Group):
    """Switches of the ways exposure can reach politics; one list for placebos, mediation and codebook."""

    prospective: bool = quantity(True, "yes or no", role="lever", source="threatened loss in the vote")
    retrospective: bool = quantity(
        True, "yes or no", role="lever", source="own gains and losses in the vote and in blame"
    )
    ideal_shift: bool = quantity(True, "yes or no", role="lever", source="ownership moves ideal policy")
    salience: bool = quantity(True, "yes or no", role="lever", source="stakes bring attention")
    turnout: bool = quantity(
        True, "yes or no", role="lever", source="a threatened stake widens the utility gap and raises turnout"
    )
    reliance: bool = quantity(
        True, "yes or no", role="lever", source="the court sees vested stakes (weight regulator.reliance_weight)"
    )
    donors: bool = quantity(
        True, "yes or no", role="lever", source="savers' assets finance lobbying (weight party.donors_per_stake)"
    )
    price_impact: bool = quantity(
        True, "yes or no", role="lever", source="payroll and rebalancing flows move the price"
    )
    depth: bool = quantity(True, "yes or no", role="lever", source="retirement assets deepen the market")
    news: bool = quantity(True, "yes or no", role="lever", source="policy and party control move the price")
