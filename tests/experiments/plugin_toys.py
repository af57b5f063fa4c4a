"""A user's folder with a rule, a policy move, a protocol and outcomes, and studies that use them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

TOY = Path(__file__).parent / "plugins" / "toy"
OUTCOMES = """
[[outcomes]]
name = "months_below"
unit = "months"
formula = "months after the takeover with openness < .5"
function = "phase_down.py:months_below"
[[outcomes]]
name = "openness_kept"
unit = "openness"
formula = "last month less that of zero exposure"
function = "phase_down.py:openness_kept"
"""
STRESS = f"""
[study]
name = "toy"
[model]
voters = 200
returning = false
set = {{ "party.rule" = "midway", "party.rival_value" = 0.02 }}
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."policy.extra_move"]
levels = ["none", "phase-down"]
[replicates]
min = 3
[plugins]
files = ["midway.py", "phase_down.py"]
{OUTCOMES}
"""
"""Two design points, two arms, three replicates: 12 runs."""
MONTHS = f"""
[study]
name = "months"
[model]
protocol = "months-open"
voters = 200
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 3
[months-open]
level = 0.6
[plugins]
files = ["own/months_open.py", "phase_down.py"]
{OUTCOMES}
"""
"""6 runs of a protocol from outside."""
PLAIN = """
[study]
name = "toy"
[model]
voters = 200
returning = false
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 3
"""
"""A study without plug-ins."""


def users_folder(folder: Path, text: str = STRESS) -> Path:
    """Make a user's folder; return its study file."""
    shutil.copytree(TOY, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "own").mkdir(exist_ok=True)
    (folder / "months_open.py").rename(folder / "own" / "months_open.py")
    study = folder / "study.toml"
    study.write_text(text, encoding="utf-8")
    return study


def digest(out: Path) -> str:
    """Return the sha256 of runs.csv."""
    return hashlib.sha256((out / "export" / "runs.csv").read_bytes()).hexdigest()
