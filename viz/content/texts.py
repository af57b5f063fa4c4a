"""Texts of the page: parameters, tour and glossary."""

from __future__ import annotations

QUESTION = "Does retirement exposure lock in crypto policy?"
DISCLAIMER = "A laboratory, not a forecast and not advice."

MAIN_PARAMETERS: dict[str, str] = {
    "exposure.breadth": "Share of voters in World B who hold crypto in a retirement account.",
    "exposure.allocation": "Crypto as a share of a holder's retirement balance.",
    "exposure.visibility": "Share of a stake that its holder sees: high for a chosen fund, low inside a default fund.",
    "exposure.skew": "Whether holders lean to the author party (1) or the opposed party (-1); 0 is unrelated.",
    "exposure.grandfathering": "Share of a stake that no later restriction can touch.",
    "party.office_rent": "Utility of winning the next election, on the scale of policy utility.",
    "party.policy_weight": "Weight of policy in a party's utility.",
    "party.choice_precision": "How reliably a party chooses the move with the highest utility: low is noisy.",
    "party.opponent_ideal": "Policy that the opposed party prefers when it ignores votes.",
    "voting.asset_vote_effect": "How far a holder's vote moves when one party would prohibit what she holds.",
    "market.flow_multiplier": "Effect of savers' purchases on the price.",
    "market.crash_month": "Month of a scheduled crash; -1 for none.",
    "market.crash_size": "Size of the crash in log points: -0.69 halves the price.",
    "policy.layer": "Legal form of the friendly policy: rule, guidance or statute.",
    "party.rule": "Decision rule of both parties.",
    "electorate.voters": "Number of voters that are simulated and drawn.",
}
"""Parameters that the form shows first, each with a sentence. All others follow with unit, range and source."""

TOUR: tuple[tuple[str, str, str, str], ...] = (
    (
        "guess",
        "h2",
        "Guess first",
        "A friendly policy opens retirement accounts to crypto. Four years later the opposed party takes office. How "
        "many of 100 such takeovers end in a reversal, with few or many voters exposed? Draw your curve before you see "
        "the answer.",
    ),
    (
        "watch",
        ".moat-worlds",
        "One pair of worlds",
        "Both worlds have the same people and the same shocks. Only in World B do voters hold crypto in a retirement "
        "account. Left: leans to the opposed party. Right: leans to the author party, which made the policy. Young "
        "voters are at the bottom.",
    ),
    (
        "watch",
        ".moat-transport",
        "Play, stop, step",
        "Press Play, drag the slider, or use the space bar and the arrow keys. The ribbon shows who governs and how "
        "open the policy is. How far its line falls after the takeover is the result.",
    ),
    (
        "pairs",
        "h2",
        "Was it luck?",
        "One pair is no evidence. A hundred pairs, each with its own luck, show how often exposure prevented a "
        "reversal, how often it caused one, and how sure that is. Choose a pair to play it.",
    ),
    (
        "why",
        "h2",
        "Why did a government not dare?",
        "Each decision weighs the policy that a move gains against the office that it risks. Change what office is "
        "worth, and see which decisions would change.",
    ),
    (
        "break",
        "h2",
        "Try to break it",
        "The same code can produce a moat, no effect, or a trapdoor. Change an assumption: make the holdings small or "
        "hidden, let the price crash, and compare the hundred pairs again.",
    ),
)
"""Stops of the tour: step, CSS selector within it, heading, text."""

GLOSSARY: dict[str, str] = {
    "author party": "The party that made the friendly policy. The model does not depend on which real party that is.",
    "opposed party": "The other party. In the stress test it takes office after one friendly term, in every arm. With "
    "elections.takeover = election it wins that election without exposure; with decree it need not.",
    "exposure": "Holding crypto in a retirement account.",
    "breadth": "Share of voters who hold crypto in a retirement account (b).",
    "stake": "Value of a holder's crypto in years of income; k is its mean over holders.",
    "visibility": "Share of a stake that its holder sees (v): 1 for a chosen fund, near 0 inside a default fund.",
    "salience": "Weight of crypto policy in a voter's choice. It rises when a stake is threatened.",
    "grandfathering": "Share of a stake that no restriction can touch (g).",
    "theta": "Position of the policy on a scale from 0 (closed) to 1 (default).",
    "kappa": "Cap on allocation: the largest share of a balance that may be crypto.",
    "openness": "Policy for new money, 0 closed to 1 default (A): theta times a factor that is smaller under a "
    "tighter cap.",
    "attempted": "The government started a docket, guidance or bill that would lower openness by .10 or more.",
    "restricted": "Openness was at least .10 lower than at takeover for six months in a row.",
    "back to neutral": "Openness was at or below its level of month 0 for six months in a row.",
    "back to extreme care": "Openness was at or below its level under the guidance of 2022, before the friendly "
    "policy, for six months in a row (column reversed in tables).",
    "prohibited": "Holding through the plans was prohibited for six months in a row.",
    "depth curve": "RD against depth: for each level of openness, the probability that policy falls to it or below "
    "for six months, with exposure minus without. It shows whether exposure prevents restrictions or makes them "
    "milder.",
    "foresight": "0: parties read the poll as it is. 1: they read it as projected to the next presidential election.",
    "closed form": "What choice precision, office rent and the vote effect alone predict, printed beside the model.",
    "severity": "Largest fall of openness in the opposed term, as a share of openness at takeover.",
    "gap": "G: mean theta under a returning author government minus mean theta under the opposed government.",
    "deterred": "The government chose no restriction. With the same draws and office rent 0 (winning the next election "
    "has no value) it would have chosen one.",
    "office rent": "Utility of winning the next election, beside the utility of policy.",
    "docket": "A rule, guidance or bill that is in preparation.",
    "platform": "The policy that a party promises before an election.",
    "layer": "Legal form of a policy: rule, guidance or statute.",
    "vote cost of prohibition": "Percentage points of the two-party vote that the opposed party would lose today if it "
    "promised prohibition instead of the policy in force. All voters are asked.",
    "replicate": "One run of a scenario with its own random draws, which both worlds share. The same seed, replicate "
    "and version give the same numbers.",
    "arm": "One variant of a scenario, such as breadth 0 or breadth .3. All arms of a replicate share their draws.",
    "paired worlds": "Two worlds with the same people, shocks and polls. They differ only in exposure.",
    "risk difference": "RD: probability of an outcome with exposure minus the probability without.",
    "moat": "Fewer returns to extreme care with exposure than without.",
    "trapdoor": "More restrictions or returns to extreme care with exposure, for example after a crash that voters "
    "blame on the policy.",
    "95% interval": "About 95 of 100 such intervals contain the true probability (Wilson 1927).",
}
