# %% [markdown]
"""
# A rule of your own

Parties decide by a *rule*: it maps what a party perceives to a target for the policy. The default, `best-response`,
polls hypothetical policies before it acts. This notebook writes another rule into a file, watches it in one world, and
compares it with the default and with the control in a study.

## The rule

A rule sees a poll and public facts. It never sees voters or exposure. This one moves halfway to the public: its target
is the mean of the party's ideal and the mean ideal of all respondents.
"""

# %%
from pathlib import Path

from political_moat import Parameters, Study, World

source = '''
from political_moat import Rule


class Halfway(Rule):
    """Moves halfway to the public."""

    name = "halfway"
    heeds_polls = False
    needs_opinion = True

    def target(self, ideal, poll, policy, parameters, memory):
        """Return the mean of the own ideal and the mean ideal of all respondents."""
        return (ideal + poll.mean_ideal) / 2
'''
Path("halfway.py").write_text(source, encoding="utf-8")
print("halfway.py written")

# %% [markdown]
"""
The attributes are declarations. `heeds_polls = False`: this party does not weigh its chance of winning.
`needs_opinion = True`: the panel is asked which policy it wants.

## The rule in a study

The study file names the file, and `party.rule` is a factor like any other. All rules face the same people, shocks and
poll panels. Save it as `study.toml` beside the rule:
"""

# %%
text = """
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

[plugins]
files = ["halfway.py"]
"""
Path("study.toml").write_text(text, encoding="utf-8")
study = Study.from_toml("study.toml")
print(study)

# %%
study.run(workers=1, report=False)
study.table("reversed").round(3)

# %% [markdown]
"""
`sticker` is the control: it reads no poll, so exposure cannot change what it attempts, and every pair agrees.
`halfway` follows opinion and not votes. The column `p_reversed_zero` shows how often each rule goes back to extreme
care when nobody is exposed.
"""

# %% alt="Bars of mean openness in the opposed term by rule, without exposure and with breadth .3: nearly equal pairs."
runs = study.frame("runs")
means = runs.groupby(["party.rule", "exposure.breadth"])["mean_policy"].mean().unstack()
axes = means.plot.barh(figsize=(7, 3), color=["lightgrey", "black"], xlim=(0, 1))
axes.set(xlabel="mean openness in the opposed term", ylabel="")
axes.legend(title="breadth", loc="lower right")
axes.figure.tight_layout()

# %% [markdown]
"""
## The rule in one world

After the study the rule is known in this process, so a single world takes it too.
"""

# %%
values = {"electorate.voters": 400, "party.rule": "halfway", "exposure.breadth": 0.3}
world = World(Parameters().with_values(values), seed=1)
world.released = True
world.advance(24)
report, _ = world.last_poll
print(f"{report.n} respondents want openness {report.mean_ideal:.2f} on average")
print({role: round(party.platform, 2) for role, party in world.parties.items()})

# %% [markdown]
"""
The results folder keeps a copy of `halfway.py`, and each run's key holds its hash: a changed line gives new keys.
[Plug-ins](../plugins.md) shows policies, protocols and outcomes of your own; [add a party rule](../adding-a-rule.md)
lists what a rule may see and the test that it needs.
"""
