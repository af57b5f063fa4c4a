"""The electorate of a coming election, in expectation: equations and kernel."""
