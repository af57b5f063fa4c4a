"""The widget of the page."""

from __future__ import annotations

import anywidget
import traitlets

from .scripts import script, style


class PageWidget(anywidget.AnyWidget):
    """The page in the browser. Films, replicates and portraits travel as messages (`session.Session`)."""

    _esm = f"{script()}\nexport default {{ render }};\n"
    _css = style()
    catalogue = traitlets.Unicode("{}").tag(sync=True)
