"""Tests of what only newer versions of Mesa have are collected there alone: `.ci/newest_mesa` runs them."""

from political_moat.agents.mesa.model import MESA_SCHEDULES

collect_ignore = [] if MESA_SCHEDULES else ["test_mesa_newer.py"]
