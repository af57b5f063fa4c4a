"""Columns of runs.csv and cycles.csv, declared for the codebook and the exports."""

from __future__ import annotations

import math

from ...storage.columns import Column

_ANY = (-math.inf, math.inf)
_SHARE = (0.0, 1.0)
_FLAG = (0.0, 1.0)

_OUTCOMES = (
    Column(
        "attempted",
        "0 or 1",
        *_FLAG,
        "a docket, guidance or bill that would lower openness by .10 or more",
        "any such docket in the term",
    ),
    Column(
        "restricted",
        "0 or 1",
        *_FLAG,
        "openness at least .10 lower for six months in a row within the term",
        "A <= A_takeover - .10, six months",
    ),
    Column(
        "neutral",
        "0 or 1",
        *_FLAG,
        "back to neutral: openness at or below its level of month 0 for six months in a row",
        "A <= policy.start_theta, six months",
    ),
    Column(
        "reversed",
        "0 or 1",
        *_FLAG,
        "back to extreme care: openness at or below its level in the guidance of 2022 for six months in a row",
        "A <= policy.before_theta, six months",
    ),
    Column("prohibited", "0 or 1", *_FLAG, "back to extreme care, and theta = 0 for six months in a row", "theta = 0"),
    Column(
        "closed",
        "0 or 1",
        *_FLAG,
        "back to extreme care, and closed to new money with everything grandfathered for six months in a row",
        "closed and g = 1",
    ),
    Column("withdrawn", "0 or 1", *_FLAG, "a live restrictive docket was withdrawn", "any withdrawal"),
    Column(
        "pending",
        "0 or 1",
        *_FLAG,
        "a fall of .10 in force at the end of the term, but for less than six months",
        "late fall",
    ),
    Column("court", "0 or 1", *_FLAG, "a court vacated a rule within the term", "any vacatur"),
    Column(
        "collapse",
        "0 or 1",
        *_FLAG,
        "price under 10% of its level at takeover for 12 months: a competing risk",
        "price path",
    ),
    Column(
        "lapsed",
        "0 or 1",
        *_FLAG,
        "a sunset that nobody renewed lowered openness by .10 or more: restriction by inaction",
        "any such lapse in the term",
    ),
    Column(
        "supported",
        "0 or 1",
        *_FLAG,
        "a public backstop of savers' losses came into force within the term",
        "any `support` enacted",
    ),
    Column(
        "restricted_layer",
        "",
        *_ANY,
        "layer that held the policy when the restriction began; none if not restricted",
        "binding layer",
    ),
    Column(
        "moves_in_force",
        "",
        *_ANY,
        "moves of the term's government in force in its last month, joined by +; none without one",
        "provisions by the move that wrote them; a disapproval while no later rule or statute stands",
    ),
    Column(
        "severity",
        "share",
        *_SHARE,
        "largest fall of openness over openness at takeover; 0 where nothing came into force",
        "(A0 - min A) / A0",
    ),
    Column(
        "lasting_openness",
        "openness",
        *_SHARE,
        "lowest openness at or below which policy stayed for six months in a row; that at takeover if it never fell",
        "min over six months of their max A, at most A_takeover",
    ),
    Column(
        "months_to_attempt",
        "months",
        -1.0,
        math.inf,
        "months from inauguration to the first attempt; -1 if none",
        "first restrictive docket",
    ),
    Column(
        "months_to_restriction",
        "months",
        -1.0,
        math.inf,
        "months to the first month of the restriction; -1 if none",
        "start of the six months",
    ),
    Column(
        "months_to_reversal",
        "months",
        -1.0,
        math.inf,
        "months to the first month of a return to extreme care; -1 if none",
        "start of the six months",
    ),
    Column(
        "mean_policy", "openness", *_SHARE, "mean openness over the term", "mean of A = theta * min(1, kappa / kappa0)"
    ),
    Column("mean_theta", "rung 0-1", *_SHARE, "mean theta over the term", "mean of theta"),
    Column("mean_kappa", "share of the balance", *_SHARE, "mean cap on allocation over the term", "mean of kappa"),
    Column("final_policy", "openness", *_SHARE, "openness in the last month of the term", "A at the end"),
    Column(
        "platform_distance",
        "openness",
        *_SHARE,
        "mean distance between the parties' announced positions",
        "mean |stand_R - stand_D|",
    ),
)

_ARM = (
    Column("layer", "", *_ANY, "legal layer the friendly policy rests on", "policy.layer"),
    Column("breadth", "share of voters", *_SHARE, "share of voters holding (b)", "exposure.breadth"),
    Column("visibility", "share", *_SHARE, "share of the stake its holder sees (v)", "exposure.visibility"),
    Column("foresight", "share", *_SHARE, "how far parties read polls as projected (f)", "polls.foresight"),
)

RUN_COLUMNS: tuple[Column, ...] = (
    Column("key", "", *_ANY, "content of the run: parameters, replicate, seed, code and schema", "sha256"),
    Column("replicate", "number", 0.0, math.inf, "replicate; arms of one replicate share every draw", "count"),
    Column("seed", "number", 0.0, math.inf, "root seed", "given"),
    Column("arm", "", *_ANY, "name of the arm", "layer or foresight, breadth, visibility"),
    *_ARM,
    Column(
        "allocation", "share of the balance", *_SHARE, "share of a holder's balance in crypto", "exposure.allocation"
    ),
    Column(
        "skew",
        "correlation",
        -1.0,
        1.0,
        "correlation of exposure with leaning to the author's party (rho)",
        "exposure.skew",
    ),
    Column(
        "grandfathering", "share", *_SHARE, "share of the stake no restriction can touch (g)", "exposure.grandfathering"
    ),
    Column("voters", "model voters", 1.0, math.inf, "size of the electorate", "electorate.voters"),
    Column("rule", "", *_ANY, "decision rule of both parties", "party.rule"),
    Column(
        "mean_stake",
        "years of income",
        0.0,
        math.inf,
        "mean stake of holders (k)",
        "mean of allocation * balance / income",
    ),
    Column(
        "exposed_usd_bn",
        "USD billion",
        0.0,
        math.inf,
        "what the assigned stakes stand for",
        "sum of stakes * income, whole population",
    ),
    Column(
        "held_usd_bn",
        "USD billion",
        0.0,
        math.inf,
        "crypto held in retirement accounts before stakes are reset at takeover",
        "units * price",
    ),
    Column(
        "beyond_coverage",
        "0 or 1",
        *_FLAG,
        "breadth beyond present plan and IRA coverage",
        "breadth > accounts.share_with_account",
    ),
    *_OUTCOMES,
    Column(
        "gap",
        "theta",
        -1.0,
        1.0,
        "G: mean theta under the returning friendly government minus under the opposed one",
        "difference of means",
    ),
    Column("mean_theta_returned", "rung 0-1", *_SHARE, "mean theta over the returning friendly term", "mean of theta"),
    Column(
        "vote_share_before",
        "share",
        *_SHARE,
        "two-party share of the author in the election before takeover",
        "votes / (votes of both)",
    ),
    Column(
        "vote_share_midterm",
        "share",
        *_SHARE,
        "two-party share of the author at the midterm of the opposed term; in a parliament at the term's one election",
        "votes / (votes of both)",
    ),
    Column(
        "vote_share_end",
        "share",
        *_SHARE,
        "two-party share of the author at the end of the opposed term",
        "votes / (votes of both)",
    ),
    Column(
        "socialised_usd_bn",
        "USD billion",
        0.0,
        math.inf,
        "savers' losses that a backstop took over by the end of the opposed term, as felt and feared",
        "party.support_share * sum of units * max(0, reference - price) when it came into force",
    ),
    Column("price_at_takeover", "price", 0.0, math.inf, "crypto price at takeover; 1 in January 2025", "market"),
    Column("outcome_hash", "", *_ANY, "fingerprint of the run's outcomes", "sha256"),
)

CYCLE_COLUMNS: tuple[Column, ...] = (
    Column("key", "", *_ANY, "run the administration belongs to", "sha256"),
    Column("replicate", "number", 0.0, math.inf, "replicate", "count"),
    Column("arm", "", *_ANY, "name of the arm", "layer or foresight, breadth, visibility"),
    Column(
        "number",
        "number",
        0.0,
        math.inf,
        "0 friendly term, 1 opposed government, 2 friendly party returned instead",
        "order",
    ),
    Column("administration", "", *_ANY, "friendly, opposed or returned", "protocol"),
    Column("role", "", *_ANY, "author or opponent of the friendly policy", "who governs"),
    Column("party", "", *_ANY, "R or D", "label"),
    Column("alternated", "0 or 1", *_FLAG, "the other party took office", "elections.takeover"),
    *_ARM,
    Column("inherited_policy", "openness", *_SHARE, "openness at inauguration", "A before the first month"),
    Column(
        "vote_share",
        "share",
        *_SHARE,
        "two-party share of the author in the term's last election",
        "votes / (votes of both)",
    ),
    *_OUTCOMES,
)
