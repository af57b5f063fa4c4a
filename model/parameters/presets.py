"""Named parameter settings: a sentence, and the values that differ from the defaults."""

from __future__ import annotations

from .hypothesis_presets import CONTROLS, HYPOTHESES, VERSION_ONE, Preset
from .tree import ParameterError, Parameters, unknown_name

PRESETS: dict[str, Preset] = {
    "calibrated": Preset("Every number at its calibrated or reasoned default: realistic stakes, a final rule.", {}),
    "article": Preset(
        "The article's arithmetic, declared and not tuned: 20% of the average balance, fully visible, depth on.",
        {
            "exposure.allocation": 0.2,
            "exposure.average_balance": 2.25,
            "exposure.visibility": 1.0,
            "exposure.grandfathering": 0.0,
            "market.depth_switch": True,
        },
    ),
    "version-one": VERSION_ONE,
    **HYPOTHESES,
    **CONTROLS,
}


def preset(name: str, base: Parameters | None = None) -> Parameters:
    """Return a preset on top of `base` (default tree if None); ParameterError with the nearest name if unknown."""
    if name not in PRESETS:
        raise ParameterError(unknown_name(name, list(PRESETS), "preset") + f" (there are {', '.join(PRESETS)})")
    return (base or Parameters()).with_values(PRESETS[name].values)
