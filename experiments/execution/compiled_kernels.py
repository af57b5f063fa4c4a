"""The cache of compiled kernels: whether this code has been compiled before."""

from __future__ import annotations

from ...agents.source_hash import MARKER, use_code_named_cache


def must_compile() -> bool:
    """Point numba at the cache of this code, before a kernel is imported; return whether the cache is empty."""
    return all(entry.name == MARKER for entry in use_code_named_cache().iterdir())
