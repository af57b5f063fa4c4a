"""A folder of protocols outside the package, found by the same registry."""
