"""`python -m political_moat`: the command `moat`, where its script is not on the path."""

import importlib

importlib.import_module("political_moat.experiments.cli.entry").command()
