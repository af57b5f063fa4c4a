"""Summary of a stress test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dose_response import dose_response

if TYPE_CHECKING:
    import pandas as pd


def summary_table(frame: pd.DataFrame, own: str, foresight: float, assets_usd_bn: float) -> pd.DataFrame:
    """Return the dose-response table of every layer and foresight that was run, with the money of each arm.

    own, foresight: layer and foresight of the study, which stand first; then its other layers, then its other
    foresights. assets_usd_bn: 401(k) assets of the country, USD billion.
    """
    import pandas as pd

    layers = [own, *(layer for layer in frame["layer"].unique() if layer != own)]
    others = sorted(set(frame["foresight"]) - {foresight})
    panels = [*((layer, foresight) for layer in layers), *((own, other) for other in others)]
    table = pd.concat([dose_response(frame, layer, foresight=f) for layer, f in panels], ignore_index=True)
    money = frame.groupby("arm")[["exposed_usd_bn", "mean_stake", "beyond_coverage"]].mean()
    table["exposed_usd_bn"] = table["arm"].map(money["exposed_usd_bn"])
    table["share_of_401k_assets"] = table["exposed_usd_bn"] / assets_usd_bn
    table["mean_stake"] = table["arm"].map(money["mean_stake"])
    table["beyond_coverage"] = table["arm"].map(money["beyond_coverage"]).astype(int)
    return table
