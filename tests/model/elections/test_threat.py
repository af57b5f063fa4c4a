"""Threats that follow the believed loss, and the share of attention that policy can draw to a stake."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.perception import Stand
from political_moat.model.elections.questions import Questions, threat_of
from political_moat.model.elections.vote_effect import believed_loss, feared_size, touchable_share
from political_moat.model.parameters.tree import Parameters

shares = st.floats(0.0, 1.0)
stands = st.builds(Stand, shares, shares, shares, shares)
HOLD = Stand(0.75, 0.0, 0.0)
PROHIBITION = Stand(0.0, 1.0, 0.0)


def tree(**opinion: Any) -> Parameters:
    values: dict[str, Any] = {"threat_from": "believed-loss", **opinion}
    return Parameters().with_values({f"opinion.{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("stand", "loss"),
    [
        (HOLD, 0.0),
        (Stand(1.0, 0.0, 0.0), 0.0),
        (Stand(0.25, 0.0, 0.0), 0.15),
        (Stand(0.75, 1.0, 0.0), 0.2),
        (Stand(0.75, 1.0, 1.0), 0.0),
        (Stand(0.0, 1.0, 0.25), 0.375),
        (PROHIBITION, 0.425),
    ],
)
def test_a_threat_is_the_believed_loss_over_the_alarming_loss(stand: Stand, loss: float) -> None:
    o = tree().opinion
    assert believed_loss(o, 0.75, stand.openness, stand.forced, stand.protected) == pytest.approx(loss)
    assert threat_of((HOLD, stand), 0.75, o) == pytest.approx(loss / 0.425)
    assert threat_of((HOLD, stand), 0.75, tree(alarming_loss=0.1).opinion) == pytest.approx(min(1.0, loss / 0.1))


@given(st.lists(stands, min_size=1, max_size=4), shares, st.floats(-1.0, 1.0), shares, st.floats(0.001, 1.0))
def test_a_threat_is_that_of_the_worst_stand(
    asked: list[Stand], now: float, fall: float, sale: float, alarming: float
) -> None:
    p = tree(believed_price_fall=fall, believed_sale_loss=sale, alarming_loss=alarming)
    threat = threat_of(asked, now, p.opinion)
    assert 0.0 <= threat <= 1.0
    assert threat == max(threat_of([stand], now, p.opinion) for stand in asked)
    # What is feared and what alarms are one loss.
    for stand in asked:
        size = feared_size(p, now, stand.openness, stand.forced, stand.protected)
        if size <= 0.0:
            assert threat_of([stand], now, p.opinion) == 0.0
        else:
            loss = size ** (1.0 / p.opinion.curvature)
            assert threat_of([stand], now, p.opinion) == pytest.approx(min(1.0, loss / alarming))


def test_a_believed_rise_in_price_threatens_nobody() -> None:
    p = tree(believed_price_fall=-0.3, believed_sale_loss=0.0)
    assert threat_of((PROHIBITION,), 0.75, p.opinion) == 0.0
    assert feared_size(p, 0.75, 0.0, 1.0, 0.0) < 0.0
    assert touchable_share(p) > 0.0


def test_the_touchable_share_is_the_loss_of_prohibition_from_the_friendly_level() -> None:
    assert touchable_share(tree()) == 1.0
    assert touchable_share(tree(believed_price_fall=0.0, believed_sale_loss=0.0)) == 0.0
    assert touchable_share(tree(believed_price_fall=0.1, believed_sale_loss=0.01)) == pytest.approx(0.2)
    assert touchable_share(tree(believed_price_fall=0.0, believed_sale_loss=0.0, threat_from="openness")) == 1.0


@given(stands, stands, shares)
def test_a_poll_imagines_the_threat_of_the_switch(r: Stand, d: Stand, now: float) -> None:
    for p in (tree(), tree(threat_from="openness")):
        assert Questions(p.opinion).row(now, r, d)[4] == threat_of((r, d), now, p.opinion)
