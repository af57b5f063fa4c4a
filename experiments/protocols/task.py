"""The function that worker processes call: one unit of work of any protocol."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from ...agents.source_hash import use_code_named_cache

use_code_named_cache()  # before the first kernel is imported

from ...model import fast_forward  # noqa: E402, F401 - compiled code is ready before the worker reports
from ...model.parameters.tree import Parameters  # noqa: E402
from ..plugins.shipped import Shipped  # noqa: E402
from ..storage.provenance import as_plain  # noqa: E402
from . import PROTOCOLS  # noqa: E402
from .arms import ReplicateResult  # noqa: E402
from .finished_run import with_outcomes  # noqa: E402
from .run_inputs import RunInputs  # noqa: E402

Payload = tuple[Parameters, Any, int, int, tuple[str, str], RunInputs]
"""Parameters, design, seed, replicate, the protocol's `reference`, and the inputs of the study."""


def run_task(payload: Payload | Shipped) -> ReplicateResult:
    """Run one unit of work. Raises ValueError or TypeError for an outcome that cannot be stored."""
    plain, outcomes = payload.unpack() if isinstance(payload, Shipped) else (payload, [])
    parameters, design, seed, replicate, reference, inputs = plain
    name, module = reference
    if name not in PROTOCOLS:
        importlib.import_module(module)  # which registers it
    protocol = PROTOCOLS[name]()
    protocol.inputs = inputs
    run = partial(protocol.run, parameters, design, seed, replicate)
    result = with_outcomes(run, protocol.arms(parameters, design), outcomes, seed, replicate) if outcomes else run()
    result = inputs.with_series(result)
    as_plain([*result.runs, *result.cycles])
    return result
