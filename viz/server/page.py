"""The Solara app: the page itself and Mesa's own page beside it. Started by module name, never by file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
import solara.server.kernel_context

from ..content.catalogue import catalogue
from ..content.texts import QUESTION
from ..content.widget import Stage
from ..session.session import Session
from .mesa_page import Expert
from .shared_pool import pool


def _speaker(stage: Stage) -> Callable[[dict[str, Any], Sequence[bytes]], None]:
    """What sends to one visitor from whatever thread, inside the context of her kernel."""
    context = solara.server.kernel_context.get_current_context()

    def send(message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        if context.closed_event.is_set():
            return
        with context:
            stage.send(message, list(buffers))

    return send


@solara.component
def Page() -> None:  # noqa: N802 - Solara's name
    """Both worlds, one visitor."""
    solara.Title(QUESTION)
    stage = Stage.element(catalogue=catalogue())

    def connect() -> Callable[[], None]:
        widget: Stage = solara.get_widget(stage)
        session = Session(pool(), _speaker(widget))

        def hear(_: Stage, message: object, buffers: Sequence[bytes]) -> None:
            session.handle(message)

        widget.on_msg(hear)

        def leave() -> None:
            widget.on_msg(hear, remove=True)
            session.close()

        return leave

    solara.use_effect(connect, [])


@solara.component
def Layout(children: Sequence[Any] = ()) -> None:  # noqa: N802 - Solara's name
    """Nothing around a page: no bar, no margins of Solara's."""
    solara.Column(children=list(children), gap="0px", style={"padding": "0"})


routes = [
    solara.Route(path="/", component=Page, label=QUESTION, layout=Layout),
    solara.Route(path="expert", component=Expert, label="Mesa's own page", layout=solara.AppLayout),
]
