"""The widget of the page."""

from __future__ import annotations

import anywidget
import traitlets

from .scripts import ENTRY, PREFIX


class PageWidget(anywidget.AnyWidget):
    """The page in the browser. Films, replicates and portraits travel as messages (`session.Session`).

    Modules and style sheet come with the document (`preloaded_film.document_head`).
    """

    _esm = f'import {{ render }} from "{PREFIX}{ENTRY}";\nexport default {{ render }};\n'
    catalogue = traitlets.Unicode("{}").tag(sync=True)
