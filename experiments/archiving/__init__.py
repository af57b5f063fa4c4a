"""Archive of a results folder (`moat archive`): an RO-Crate that can be run again."""
