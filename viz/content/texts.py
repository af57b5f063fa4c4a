"""What the page says: the tour, the glossary, what the levers mean."""

from __future__ import annotations

LEVERS: dict[str, str] = {
    "exposure.breadth": "How many voters of World B hold crypto in a retirement account.",
    "exposure.allocation": "How much of a holder's retirement balance it is.",
    "exposure.visibility": "How much of it its holder sees: a chosen fund is seen, a sleeve of a default fund hardly.",
    "exposure.skew": "Whether holders are the base of the party that made the policy (1) or of the other (-1).",
    "exposure.grandfathering": "How much of what is held no later restriction can touch.",
    "party.office_rent": "What winning the next election is worth to a party, beside policy.",
    "party.policy_weight": "What policy is worth to a party.",
    "party.choice_precision": "How exactly a party picks its best move: low is noisy, high is calculating.",
    "party.opponent_ideal": "The policy the opposed party would choose if nobody voted.",
    "voting.asset_vote_effect": "How far one holder's vote moves when the other party would prohibit what she holds.",
    "market.flow_multiplier": "How far purchases by savers move the price.",
    "market.crash_month": "Month of a scheduled crash; -1 for none.",
    "market.crash_size": "Its size: -0.69 halves the price.",
    "policy.layer": "What the friendly policy rests on: a rule, guidance or a statute.",
    "party.rule": "How both parties decide.",
    "electorate.voters": "How many voters are computed and drawn.",
}
"""Parameters of the first drawer, with a sentence each; all others are listed below it with unit, range and source."""

TOUR: tuple[tuple[str, str, str], ...] = (
    (
        ".moat-worlds",
        "Two worlds, the same luck",
        "Both worlds hold the same people and meet the same shocks. Only in World B does somebody hold crypto in a "
        "retirement account. Each dot is a voter: left leans to the opposed party, right to the party that made the "
        "policy; young below, old above.",
    ),
    (
        ".moat-transport",
        "Four friendly years, then a takeover",
        "The first four years the party that made the policy governs. Then the opposed party takes office by decree, "
        "not by winning: the question is what it does, not whether it comes. Play, drag, or use space and arrows.",
    ),
    (
        ".moat-ribbon",
        "Reversed, or not dared",
        "The ribbon shows who governs, the policy line, a cross where the policy is back where it was before, and "
        "hatching where the government would have restricted had the next election been worth nothing to it.",
    ),
    (
        ".moat-bet",
        "Place your bet",
        "Of a hundred takeovers, how many end in a reversal? Say a number first. One pair of worlds proves nothing; "
        "this one was picked because its worlds part.",
    ),
    (
        ".moat-luck",
        "Was this luck?",
        "Play the hundred futures: the same question with a hundred different lucks. Then break the moat: make the "
        "holding small, hidden, or crash the price, and ask again.",
    ),
)

GLOSSARY: dict[str, str] = {
    "author party": "The party that made the friendly policy. Which real party that is does not matter to the model.",
    "opposed party": "The other party. In the stress test it takes office by decree after one friendly term.",
    "breadth": "Share of voters who hold crypto in a retirement account (b).",
    "stake": "What a holder's crypto is worth, in years of income (k is its mean over holders).",
    "visibility": "Share of the stake its holder sees (v): 1 for a chosen fund, near 0 inside a default fund.",
    "grandfathering": "Share of a stake that no restriction can touch (g).",
    "openness": "What the policy amounts to for new money, 0 closed to 1 default: the rung theta times the room under "
    "the cap on allocation (A).",
    "attempted": "A docket, guidance or bill that would lower openness by .10 or more.",
    "restricted": "Openness at least .10 lower for six months in a row.",
    "reversed": "Openness back at or below its level before the friendly policy for six months in a row.",
    "severity": "Largest fall of openness in the opposed term, as a share of openness at takeover.",
    "gap": "G: mean rung under a returning friendly government minus under the opposed one.",
    "did not dare": "The government chose no restriction, but with the same draws would have restricted had winning "
    "the next election been worth nothing to it (office rent 0, everything else as it was).",
    "vote cost of reversal": "Points of the two-party vote the opposed party would lose today by standing for "
    "prohibition rather than for the policy in force, with all voters asked.",
    "paired futures": "Two worlds on common random numbers: the same people, shocks and polls, so that they differ in "
    "exposure alone.",
    "moat": "Fewer reversals with exposure than without.",
    "trapdoor": "More reversals with exposure, as after a crash that is blamed on the policy.",
    "95% interval": "Of a hundred such intervals, about 95 hold the true probability (Wilson 1927).",
    "seed and replicate": "Names of a luck: the same seed, replicate and version give the same numbers.",
}

QUESTION = "Does retirement exposure lock in crypto policy?"
DISCLAIMER = "A laboratory, not a forecast and not advice."

LESSON: tuple[tuple[str, str], ...] = (
    (
        "Before class",
        "Start the page on one machine and let students open its address (the how-to is docs/page.md), or let each "
        "start it on a laptop; without internet it needs the offline extra. Nothing is sent anywhere.",
    ),
    (
        "Ten minutes: the bet",
        "Open the page; let the film play. Everybody says how many of 100 takeovers end in a reversal, locks the bet "
        "and asks 'Was this luck?'. Compare bets with the band. Why is one pair of worlds not evidence?",
    ),
    (
        "Ten minutes: break the moat",
        "Compare realistic stakes, the default-fund sleeve and mass adoption. Which matters most: how many hold, how "
        "much, or whether they notice? Which is closest to the world you live in?",
    ),
    (
        "Ten minutes: whose mind moved?",
        "Click a holder near the middle and open her last ballot. Which term is largest? Then open what governments "
        "weighed: how much did the poll move, and what would they have done without an election to win?",
    ),
    (
        "Ten minutes: what would change your mind?",
        "Set the office rent to 0, then to 4. The effect goes from nothing to large, and there are no data for it. "
        "What would you measure to find out? Which claims of the article does the model not test?",
    ),
    (
        "Take home",
        "Each student sends a share link and the command line below it. The command prints the same numbers on any "
        "machine with the same version.",
    ),
)
