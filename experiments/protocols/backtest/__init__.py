"""Protocol backtest: historical cases that an opposed government inherited, run through the frozen model."""
