"""The Solara app: the page and Mesa's own page. Solara starts it by its module name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import solara
import solara.server.kernel_context

from ..content.catalogue import catalogue
from ..content.texts import QUESTION
from ..content.widget import PageWidget
from ..session.session import Session
from .classroom import guesses
from .mesa_page import Expert
from .shared_pool import pool


def _sender(widget: PageWidget) -> Callable[[dict[str, Any], Sequence[bytes]], None]:
    """Return a function that sends to one visitor, from any thread, in the context of her kernel."""
    context = solara.server.kernel_context.get_current_context()

    def send(message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        if context.closed_event.is_set():
            return
        with context:
            widget.send(message, list(buffers))

    return send


@solara.component
def Page() -> None:  # noqa: N802 - Solara's name
    """Show both worlds to one visitor."""
    solara.Title(QUESTION)
    element = PageWidget.element(catalogue=catalogue())

    def connect() -> Callable[[], None]:
        widget: PageWidget = solara.get_widget(element)
        browser = solara.server.kernel_context.get_current_context().session_id
        session = Session(pool(), _sender(widget), functools.partial(guesses().add, browser))

        def receive(_: PageWidget, message: object, buffers: Sequence[bytes]) -> None:
            session.handle(message)

        widget.on_msg(receive)

        def disconnect() -> None:
            widget.on_msg(receive, remove=True)
            session.close()

        return disconnect

    solara.use_effect(connect, [])


@solara.component
def Layout(children: Sequence[Any] = ()) -> None:  # noqa: N802 - Solara's name
    """Show a page without Solara's bar and margins."""
    solara.Column(children=list(children), gap="0px", style={"padding": "0"})


routes = [
    solara.Route(path="/", component=Page, label=QUESTION, layout=Layout),
    solara.Route(path="expert", component=Expert, label="Mesa's own page", layout=solara.AppLayout),
]
