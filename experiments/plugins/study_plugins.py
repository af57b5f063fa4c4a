"""The plug-ins of one study: what each run uses of them, what workers get, and what the results folder keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...model.parameters.tree import Parameters
from ..storage.columns import Column
from .loading import activate, load
from .shipped import OutcomeCall, Shipped
from .source import Source


@dataclass(frozen=True)
class StudyPlugins:
    """Sources and own outcomes of a study, in the order of the file.

    columns: one for each outcome. files: of the sources, as the study names them.
    """

    sources: tuple[Source, ...] = ()
    outcomes: tuple[OutcomeCall, ...] = ()
    columns: tuple[Column, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the outcomes."""
        return tuple(outcome.name for outcome in self.outcomes)

    def activate(self) -> None:
        """Make the names of these plug-ins, and of no others, known to the model."""
        activate(self.sources)

    def identity(self, protocol: str, parameters: Parameters) -> dict[str, Any]:
        """Return the hashes of the sources that a run uses, by what it uses; empty for a run that uses none.

        A protocol from a plug-in may use any of the study's sources, so all of them count for its runs.
        """
        if not self.sources:
            return {}
        used: dict[str, Any] = {}
        names = {"rule": parameters.party.rule, "policy move": parameters.policy.extra_move, "protocol": protocol}
        for kind, name in names.items():
            for source in self.sources:
                if (kind, name) in load(source).defined:
                    used[f"{kind} {name}"] = source.sha256
        if f"protocol {protocol}" in used:
            used["sources"] = sorted(source.sha256 for source in self.sources)
        hashes = {source.name: source.sha256 for source in self.sources}
        for outcome in self.outcomes:
            used[f"outcome {outcome.name}"] = {"source": hashes[outcome.file], "function": outcome.function}
        return used

    def shipped(self, payload: object, identity: Mapping[str, Any]) -> object | Shipped:
        """Return the payload, with the sources if its run uses any."""
        if not identity:
            return payload
        return Shipped.of(payload, self.sources, self.outcomes)

    def canonical(self) -> dict[str, Any]:
        """Return the study's part of the manifest; empty without plug-ins."""
        content: dict[str, Any] = {}
        if self.sources:
            content["plugins"] = {source.name: source.sha256 for source in self.sources}
        if self.outcomes:
            content["outcomes"] = [
                {"name": outcome.name, "unit": column.unit, "formula": column.formula, "function": outcome.named}
                for outcome, column in zip(self.outcomes, self.columns, strict=True)
            ]
        return content
