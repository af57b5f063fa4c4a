# %% [markdown]
"""
# A first result

How does exposure change what an opposed government does to a policy? This notebook answers with a small study:
400 voters and 40 paired replicates, a few seconds. The main experiment has 4,000 voters and 625 replicates
([the result](../result.md)). A laboratory, not a forecast and not advice.

## One world

A `World` has voters with retirement accounts, two parties, regulators, Congress, courts and a market. A step is a
month. Here 30% of voters hold crypto. The policy is opened by its author party in the first term.
"""

# %%
import matplotlib.pyplot as plt

from political_moat import Parameters, Study, World

exposed = Parameters().with_values({"electorate.voters": 400, "exposure.breadth": 0.3})
world = World(exposed, seed=7)
world.released = True  # each government decides alone; nothing is imposed
openness = []
for _ in range(96):
    world.step()
    openness.append(world.openness)

print([round(result.author_share, 2) for result in world.results], world.in_office, "in office")

# %% [markdown]
"""
The list holds the author's share of the vote in each election. *Openness* is the state of the policy: 1 is fully open,
0 prohibited. It moves only when a rule, a law or a court decision comes into force.
"""

# %% alt="Openness of the policy by month: .5, then .75 from month 19, .3 from month 76 to 80, and .75 again."
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
axes.step(range(1, 97), openness, where="post", color="black")
axes.set(xlabel="month", ylabel="openness", ylim=(0, 1))
plt.show()

# %% [markdown]
"""
The log of events says why. The opponent took office in month 48 and prepared a lower cap on allocation. It came into
force in month 75, and a court vacated it in month 80.
"""

# %%
for event in world.events:
    print(f"month {event.month}: {event.kind} {event.move} ({event.role}, {event.instrument})")

# %% [markdown]
"""
## Pairs of worlds

One world shows one history, and chance has a large part in it. A study therefore runs each replicate twice, with and
without exposure, on the same people, shocks and poll panels. In the *stress test* the opponent takes office after one
friendly term, in both arms. What differs is the effect of exposure.
"""

# %%
study = Study.from_text(
    """
    [study]
    name = "first-result"
    [model]
    voters = 400
    [factors."exposure.breadth"]
    levels = [0, 0.3]
    [replicates]
    min = 40
    """
).run(workers=1)
runs = study.frame("runs")
outcomes = ["attempted", "restricted", "reversed", "severity"]
runs.groupby("exposure.breadth", as_index=False)[outcomes].mean().round(3)

# %% [markdown]
"""
A row per arm, a column per outcome: the share of replicates in which the opponent attempted a restriction, restricted
the policy, brought it *back to extreme care* (column `reversed`), and the mean severity. Each
[column](../reference/columns.md) is declared with unit, range and formula.

## The difference, with its error

Arms are paired, so the difference is taken within each replicate.
"""

# %%
wide = runs.pivot(index="replicate", columns="exposure.breadth", values="reversed")
difference = wide[0.3] - wide[0.0]
error = difference.std() / len(difference) ** 0.5
print(f"risk difference {difference.mean():+.3f}, error {error:.3f}, n = {len(difference)}")
words = {-1: "prevented by exposure", 0: "no difference", 1: "caused by exposure"}
print(difference.map(words).value_counts().to_string())

# %% [markdown]
"""
Most pairs agree: in them exposure changed nothing about this outcome. The difference comes from a few pairs, so 40
replicates leave a wide error. `study.frame("summary")` has every difference with its error and 95% limits, and more
replicates in the same folder extend the study.

Next: [a sweep, and a paper's table](sweep-to-table.py).
"""
