"""`python -m political_moat`: the command `moat`, where its script is not on the path."""

import importlib

if __name__ == "__main__":
    importlib.import_module("political_moat.experiments.cli.entry").command()
