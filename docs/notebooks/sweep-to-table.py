# %% [markdown]
"""
# A sweep, and a paper's table

Three factors with two levels each: how many voters hold crypto (*breadth*), how much of the stake they see
(*visibility*), and how strongly a stake moves a vote (*vote effect*). What does exposure change at visibility 1 and
vote effect 2? The study has 400 voters and 40 paired replicates, so that it takes seconds.

## The study file

A study is a text file. Here a cell writes it; you would write it in an editor.
"""

# %%
from pathlib import Path

from political_moat import Study

text = """
[study]
name = "three-factors"

[model]
voters = 400

[factors."exposure.breadth"]
levels = [0, 0.3]

[factors."exposure.visibility"]
levels = [0, 1]

[factors."voting.asset_vote_effect"]
levels = [1, 2]

[replicates]
min = 40

[series]
columns = ["openness"]
every = 6
"""
Path("study.toml").write_text(text, encoding="utf-8")
study = Study.from_toml("study.toml")
print(study)

# %% [markdown]
"""
## Run it, and read every point

The next two cells hold the whole job. A row is a design point, named by its factor values: without exposure, with
exposure, the paired difference, its 95% limits and its Monte Carlo error.
"""

# %%
study.run(workers=1)
study.table("severity").round(3)

# %% alt="Severity, paired difference against vote effect: near 0 at visibility 0, falling to -.06 at visibility 1."
study.plot("voting.asset_vote_effect", by="exposure.visibility", outcome="severity")

# %% [markdown]
"""
The last row answers the question: at visibility 1 and vote effect 2 severity falls, but the interval includes 0. Forty
replicates do not decide it. At visibility 0 the difference is 0: nobody sees a stake.

## Rows and time series

`frame("runs")` has a row per run, with the factors as columns. `frame("series")` has the months that the study file
asks for.
"""

# %%
runs = study.frame("runs")
factors = ["exposure.breadth", "exposure.visibility", "voting.asset_vote_effect"]
outcomes = ["restricted", "reversed", "severity"]
runs.groupby(factors, as_index=False)[outcomes].mean().round(3)

# %% [markdown]
"""
The zero-exposure arm has no stake to see. Its rows stand at visibility 0, and every other arm is compared with them.
"""

# %% alt="Mean openness by month: it rises to .75 in the friendly term and falls under the opponent in both arms."
series = runs[["key", *factors]].merge(study.frame("series"), on="key")
unexposed = series["exposure.breadth"] == 0
shown = (series["exposure.visibility"] == 1) | unexposed
shown &= series["voting.asset_vote_effect"] == 2
means = series[shown].groupby(["month", "exposure.breadth"])["openness"].mean().unstack()
axes = means.plot(figsize=(7, 3), style=["k--", "k-"], ylim=(0, 1))
axes.set(ylabel="mean openness", title="Visibility 1, vote effect 2")
axes.figure.tight_layout()

# %% [markdown]
"""
## The paper's table

`run` wrote a report, figures and LaTeX tables into the results folder. This is the table of every design point, with
the caption that a paper needs:
"""

# %%
table = study.path / "tables" / "effects.tex"
print(table.read_text(encoding="utf-8"))

# %% [markdown]
"""
`moat figure results/three-factors --by exposure.visibility` draws the same figure on the command line,
[`moat paper`](../paper.md) writes a whole companion paper, and [`moat archive`](../archive.md) packs the folder.

Next: [a rule of your own](own-rule.py).
"""
