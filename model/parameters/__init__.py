"""The parameter tree, its groups and presets."""
