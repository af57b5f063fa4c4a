# %% [markdown]
"""
# A rule of your own

Parties decide by a *rule*: it maps what a party perceives to a target for the policy. The default, `best-response`,
polls hypothetical policies before it acts. This notebook writes another rule, tests it alone, watches it in a world,
and compares it with the default in a study.

## The rule

A rule sees a poll and public facts. It never sees voters or exposure. This one moves halfway to the public: its target
is the mean of the party's ideal and the mean ideal of all respondents.
"""

# %%
import matplotlib.pyplot as plt

from political_moat import Parameters, Rule, Study, World


class Halfway(Rule):
    """Moves halfway to the public."""

    name = "halfway"
    heeds_polls = False
    needs_opinion = True

    def target(self, ideal, poll, policy, parameters, memory):
        """Return the mean of the own ideal and the mean ideal policy of all respondents."""
        return (ideal + poll.mean_ideal) / 2


# %% [markdown]
"""
The three attributes are declarations. `heeds_polls = False`: this party does not weigh its chance of winning.
`needs_opinion = True`: the panel is asked which policy it wants.

## The rule in a world

`party.rule` accepts the new name at once.
"""

# %%
parameters = Parameters().with_values({"electorate.voters": 400, "party.rule": "halfway", "exposure.breadth": 0.3})
world = World(parameters, seed=1)
world.released = True
world.advance(24)
report, _ = world.last_poll
print(f"{report.n} respondents want openness {report.mean_ideal:.2f} on average")
print("platforms:", {role: round(party.platform, 2) for role, party in world.parties.items()})

# %% [markdown]
"""
## The rule in a study

`party.rule` is a factor like any other. Rules are compared on the same draws.
"""

# %%
study = Study.from_text(
    """
    [study]
    name = "own-rule"
    [model]
    voters = 400
    [factors."exposure.breadth"]
    levels = [0, 0.3]
    [factors."party.rule"]
    levels = ["best-response", "halfway", "sticker"]
    [replicates]
    min = 30
    """
).run(engine="serial", report=False)
runs = study.frame("runs")
shares = runs.pivot_table(index="party.rule", columns="exposure.breadth", values=["restricted", "reversed"])
shares.round(2)

# %% [markdown]
"""
`sticker` is the control: it looks at no poll, so exposure cannot change what it attempts. `halfway` heeds opinion and
not votes. The next figure shows openness under the opponent for each rule.
"""

# %% alt="Bars of mean openness in the opposed term, by rule, without exposure and with breadth .3."
means = runs.pivot_table(index="party.rule", columns="exposure.breadth", values="mean_policy")
axes = means.plot.barh(figsize=(7, 2.6), color=["lightgrey", "black"], xlim=(0, 1))
axes.set(xlabel="mean openness in the opposed term", ylabel="")
axes.legend(title="breadth", loc="lower right")
plt.tight_layout()
plt.show()

# %% [markdown]
"""
A rule that stays goes into a file: [add a party rule](../adding-a-rule.md) shows where, and the test that it needs.
"""
