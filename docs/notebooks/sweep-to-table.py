# %% [markdown]
"""
# A sweep, and a paper's table

Three factors with two levels each: how many voters hold crypto (*breadth*), how much of the stake they see
(*visibility*), and how strongly a stake moves a vote (*vote effect*). What is the effect of exposure at visibility 1
and vote effect 2? The study has 400 voters and 40 replicates.

## The study file
"""

# %%
from pathlib import Path

from political_moat import Study

Path("study.toml").write_text(
    """
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
"""
)

# %%
study = Study.from_toml("study.toml").run(workers=1)
summary = study.frame("summary")
print(summary.columns)
