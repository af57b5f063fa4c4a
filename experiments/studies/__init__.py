"""Studies that ship with the package: `moat sweep experiments/studies/NAME.toml`."""
