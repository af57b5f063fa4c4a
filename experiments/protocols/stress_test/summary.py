"""Summary of a stress test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dose_response import dose_response

if TYPE_CHECKING:
    import pandas as pd

    from ...studies.from_options import Request


def summary_table(frame: pd.DataFrame, request: Request) -> pd.DataFrame:
    """The dose-response table of every layer that was run, with the money each arm stands for; the own layer first."""
    import pandas as pd

    own = request.parameters.policy.layer
    layers = [own, *(layer for layer in frame["layer"].unique() if layer != own)]
    table = pd.concat([dose_response(frame, layer) for layer in layers], ignore_index=True)
    money = frame.groupby("arm")[["exposed_usd_bn", "mean_stake", "beyond_coverage"]].mean()
    table["exposed_usd_bn"] = table["arm"].map(money["exposed_usd_bn"])
    assets = 1e3 * request.parameters_fact("assets_401k")
    table["share_of_401k_assets"] = table["exposed_usd_bn"] / assets
    table["mean_stake"] = table["arm"].map(money["mean_stake"])
    table["beyond_coverage"] = table["arm"].map(money["beyond_coverage"]).astype(int)
    return table
