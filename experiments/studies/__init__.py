"""Studies: reading, checks and plan of a study file, and the study files that ship with the package."""
