"""Print the lowest versions that pyproject.toml allows, as constraints for pip: `numpy>=2.0` becomes `numpy==2.0`."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
requirements = [*project["dependencies"], *extras["analysis"], *extras["page"]]
for requirement in requirements:
    floor = re.match(r"([\w-]+)>=([\w.]+)", requirement)
    if floor is None:
        raise SystemExit(f"pyproject.toml: {requirement!r} has no lowest version; write name>=version first")
    print(f"{floor[1]}=={floor[2]}")
