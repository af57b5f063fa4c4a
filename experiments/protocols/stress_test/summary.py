"""Summary of a stress test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dose_response import dose_response

if TYPE_CHECKING:
    import pandas as pd


def summary_table(frame: pd.DataFrame, own: str, assets_usd_bn: float) -> pd.DataFrame:
    """Return the dose-response table of every layer that was run, the own layer first, with the money of each arm.

    assets_usd_bn: 401(k) assets of the country, USD billion.
    """
    import pandas as pd

    layers = [own, *(layer for layer in frame["layer"].unique() if layer != own)]
    table = pd.concat([dose_response(frame, layer) for layer in layers], ignore_index=True)
    money = frame.groupby("arm")[["exposed_usd_bn", "mean_stake", "beyond_coverage"]].mean()
    table["exposed_usd_bn"] = table["arm"].map(money["exposed_usd_bn"])
    table["share_of_401k_assets"] = table["exposed_usd_bn"] / assets_usd_bn
    table["mean_stake"] = table["arm"].map(money["mean_stake"])
    table["beyond_coverage"] = table["arm"].map(money["beyond_coverage"]).astype(int)
    return table
