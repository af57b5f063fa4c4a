"""The record: coded historical cases of policies that a later government inherited, and their baselines."""
