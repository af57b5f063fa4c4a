"""The web application: Solara's app behind checks of names, paths, sizes and messages. Import after `configure`."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..content import policy, scripts
from ..content.teachers import ClassPage
from . import assets, classroom, documents
from .channel import REFUSED, Channel, kernel_of
from .hosts import Names, Teacher, address, class_addresses
from .visitors import ADDRESSES, PAGES, SOCKETS_PER_PAGE, Turns, Visitors, place_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = dict[bytes, bytes]

SETTINGS = {
    "SOLARA_APP": "political_moat.viz.server.page",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "SOLARA_MODE": "production",
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_THEME_TITLE": "Political moat: two worlds",
    "MPLBACKEND": "agg",
}
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
MOST_QUERY = 6000
REQUESTS = 16
"""Requests of one address that are answered at the same time."""
EXPLORERS = 2
"""The same for pages of the results explorer, which take the processor."""
_CDN = "/_solara/cdn/"
_EXTENSIONS = "/jupyter/nbextensions/"
_CLOSE = re.compile(r"/_solara/api/close/[A-Za-z0-9-]{8,64}")
_APP_PAGES = ("/", "/expert")
_ICONS = (f"/{scripts.ICON}", "/favicon.ico")
_PLAIN = {"/result": documents.result, "/glossary": documents.glossary}
_TEACHERS = "/teachers"
_KEY = b"x-moat-key"
"""Header of the page for teachers. A foreign page cannot send it without asking this server first."""
_FORWARDED = (b"forwarded", b"script-name", b"x-script-name")
"""Headers that would let a visitor move Solara's addresses for everybody; x-forwarded-... besides."""


class Settings(NamedTuple):
    """What a server needs. results: the results folder, if any; root_path: the prefix of its addresses.

    host, port: what it listens on; teacher: who may see answers and erase guesses.
    """

    names: Names
    results: Path | None
    root_path: str
    visitors: Visitors
    host: str = "127.0.0.1"
    port: int = 8765
    teacher: Teacher = Teacher()


def configure(root_path: str = "", pages: int = PAGES) -> None:
    """Set Solara's environment variables: no telemetry, no outside requests, bounds, a fixed prefix of addresses."""
    os.environ.update(SETTINGS)
    os.environ["SOLARA_ROOT_PATH"] = root_path
    os.environ["SOLARA_BASE_URL"] = f"http://localhost{root_path}/"
    os.environ["SOLARA_KERNEL_MAX_COUNT"] = str(ADDRESSES * SOCKETS_PER_PAGE * pages)


def adapt_page(page: str, head: str = "", first: str = "") -> str:
    """Return Solara's HTML page with a language, with zoom allowed, and with `head` and `first` in head and body.

    The widget replaces or adopts `first` when it renders.
    """
    page = page.replace("<html>", '<html lang="en">', 1)
    page = page.replace(", maximum-scale=1, user-scalable=no, minimal-ui", "")
    if "<script" in first:
        # The first frame does not need Solara's style sheets, so they must not delay it. Its script admits them later.
        page = re.sub(r'(<link\b[^>]*rel="stylesheet"[^>]*)>', r'\1 media="print">', page)
    if head:  # it names our own icon
        page = re.sub(r'<link\b[^>]*rel="icon"[^>]*>', "", page)
    page = page.replace("<head>", f"<head>{head}", 1)
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + first, page, count=1)


class Guard:
    """ASGI application around Solara's: admits only names, paths, sizes and messages that the page needs."""

    def __init__(self, app: Any, settings: Settings) -> None:
        """Wrap an app."""
        self.app, self.settings = app, settings
        self.names, self.results, self.root_path, self.visitors = settings[:4]
        self._requests, self._explorers = Turns(REQUESTS), Turns(EXPLORERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = self._cleaned(scope)
        headers: Headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        own = self.names.accept(host, (scope.get("server") or ("",))[0])
        foreign = bool(origin) and not self.names.accept_origin(origin, host)
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send, own and not foreign)
        elif not own or (foreign and scope["method"] not in ("GET", "HEAD")):
            await _answer(send, 400, "This server does not answer to that host name.")
        elif len(scope["query_string"]) > MOST_QUERY:
            await _answer(send, 414, "The address is too long.")
        else:
            async with self._requests.turn(_place(scope)):
                await self._request(scope, receive, send)

    def _cleaned(self, scope: Scope) -> Scope:
        """Return a scope without the prefix of the addresses and without headers that only a proxy may set."""
        path = scope["path"]
        if self.root_path and f"{path}/".startswith(f"{self.root_path}/"):
            path = path[len(self.root_path) :] or "/"
        headers = [
            (name.lower(), value)
            for name, value in scope["headers"]
            if not name.lower().startswith(b"x-forwarded-") and name.lower() not in _FORWARDED
        ]
        return {**scope, "path": path, "raw_path": path.encode(), "root_path": "", "headers": headers}

    async def _connect(self, scope: Scope, receive: Receive, send: Send, own: bool) -> None:
        """Handle a WebSocket: of our page, from our page, and as many as its address may have."""
        kernel = kernel_of(scope["path"], scope["query_string"].decode("latin-1"))
        if not (own and kernel and self.visitors.open_socket(_place(scope), kernel)):
            await send({"type": "websocket.close", "code": REFUSED})
            return
        try:
            await self.app(scope, Channel(receive, send).receive, send)
        finally:
            self.visitors.close_socket(kernel)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if method == "POST" and _CLOSE.fullmatch(path):
            await self.app(scope, receive, _with_headers(send, policy.NOTHING))
        elif method == "POST" and path == f"{_TEACHERS}/reset":
            await self._reset(scope, send)
        elif method not in ("GET", "HEAD"):
            await _answer(send, 405, "This method is not possible.")
        elif path.startswith(_TEACHERS):
            await self._teach(scope, send)
        elif path.rstrip("/") in _PLAIN:
            await _answer_page(send, 200, _PLAIN[path.rstrip("/")]())
        elif path.rstrip("/") == "/results":
            await self._explore(scope, send)
        elif path in _ICONS:
            await _answer(send, 200, scripts.icon(), "image/svg+xml")
        elif path.startswith(scripts.ROUTE):
            await _answer_file(send, scripts.served_file(path))
        elif path in _APP_PAGES:
            await self._app_page(scope, receive, send)
        elif self._is_asset(path):
            await self.app(scope, receive, _with_headers(send, policy.NOTHING))
        else:
            await _answer(send, 404, "Not found.")

    async def _teach(self, scope: Scope, send: Send) -> None:
        """Answer for the page for teachers: the page, its script, the guesses, the answer key."""
        import anyio.to_thread

        path, headers = scope["path"], dict(scope["headers"])
        scene = dict(parse_qsl(scope["query_string"].decode("latin-1")[:MOST_QUERY])).get("scene", "")
        known = scene in classroom.guessed_scenes()
        if path.rstrip("/") == _TEACHERS:
            names = scripts.served_import_map(self.root_path, scripts.TEACHERS)
            page = documents.teachers(self._class_page(scope), names, scripts.address(scripts.TEACHERS, self.root_path))
            rules = policy.of_teachers_page(names, scripts.style("document"))
            await _answer(send, 200, page, "text/html", rules)
        elif path == f"{_TEACHERS}/guesses" and known:
            await _answer(send, 200, json.dumps(classroom.guesses().summary(scene)), "application/json")
        elif path == f"{_TEACHERS}/answers" and known and not self._is_teacher(scope, headers):
            await _answer(send, 403, "The answer key is for the teacher.")
        elif path == f"{_TEACHERS}/answers" and known:
            answer = await anyio.to_thread.run_sync(classroom.answer_key().answer, scene)
            await _answer(send, 200, json.dumps(answer), "application/json")
        else:
            await _answer(send, 404, "Not found.")

    async def _reset(self, scope: Scope, send: Send) -> None:
        """Remove the guesses of the class, if the teacher asks for it on our own page."""
        headers = dict(scope["headers"])
        # A foreign Origin is refused before. Browsers send one with every POST, so none is no page of ours.
        if b"origin" in headers and self._is_teacher(scope, headers):
            classroom.guesses().reset()
            await _answer(send, 200, "The guesses are erased.")
        else:
            await _answer(send, 403, "Only the teacher may erase the guesses.")

    def _is_teacher(self, scope: Scope, headers: Headers) -> bool:
        key = headers.get(_KEY)
        return key is not None and self.settings.teacher.allows(*_ends(scope), key.decode("latin-1"))

    def _class_page(self, scope: Scope) -> ClassPage:
        settings, header = self.settings, dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        listening = settings.host, settings.port, self.root_path
        return ClassPage(
            class_addresses(header, scope.get("scheme", "http"), *listening, self.names),
            address(settings.host, settings.port, f"{self.root_path}/"),
            classroom.guessed_scenes(),
            settings.teacher.is_at(*_ends(scope)),
            bool(settings.teacher.key),
        )

    async def _explore(self, scope: Scope, send: Send) -> None:
        import anyio.to_thread

        query = scope["query_string"].decode("latin-1")
        async with self._explorers.turn(_place(scope)):
            status, page = await anyio.to_thread.run_sync(documents.results, self.results, query)
        await _answer_page(send, status, page)

    async def _app_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        from .preloaded_film import SCRIPT, document_head, first_frame

        if not self.visitors.admits_page(_place(scope)):
            text = (
                f"Your address has {self.visitors.pages} open pages, or the server has too many in all. Close a page, "
                "then load this one again."
            )
            await _answer_page(send, 503, documents.page("The server is full", text))
            return
        own = scope["path"] == "/"
        adapt = functools.partial(
            adapt_page,
            head=document_head(self.root_path) if own else "",
            first=first_frame(scope["query_string"].decode("latin-1")) if own else "",
        )
        allowed = (*assets.solara_scripts(self.root_path), SCRIPT, scripts.served_import_map(self.root_path))
        await self.app(scope, receive, _with_headers(send, policy.of_app(allowed), adapt))

    def _is_asset(self, path: str) -> bool:
        if path.startswith(_CDN):
            name = path.removeprefix(_CDN)
            return assets.serves_package_file(name, self.root_path, assets.package_folder(), not assets.offline())
        if path.startswith(_EXTENSIONS):
            return path.removeprefix(_EXTENSIONS).partition("/")[0] in assets.extensions(self.root_path)
        return path.startswith("/static/") and not path.startswith("/static/public/")


def _place(scope: Scope) -> str:
    return place_of(_ends(scope)[0])


def _ends(scope: Scope) -> tuple[str, str]:
    """Return the addresses of a connection: the visitor's and the server's."""
    return (scope.get("client") or ("",))[0], (scope.get("server") or ("",))[0]


async def _answer_page(send: Send, status: int, page: str) -> None:
    await _answer(send, status, page, "text/html", policy.of_plain_page(scripts.style("document")))


async def _answer_file(send: Send, file: tuple[str, str] | None) -> None:
    """Send a module or style sheet, which browsers may keep: its address changes with its text."""
    if file is None:
        await _answer(send, 404, "Not found.")
    else:
        text, kind = file
        await _answer(send, 200, text, kind, more=[(b"cache-control", b"public, max-age=31536000, immutable")])


async def _answer(
    send: Send,
    status: int,
    text: str,
    kind: str = "text/plain",
    rules: str = policy.NOTHING,
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    body = text.encode()
    headers = [
        *more,
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", rules.encode()),
        *HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send, rules: str, adapt: Callable[[str], str] | None = None) -> Send:
    """Return a `send` that adds our headers and the policy `rules`, and that adapts an HTML page."""
    start: Message = {}
    body = bytearray()
    own = [(b"content-security-policy", rules.encode()), *HEADERS]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *own]
            if adapt is not None and dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                start.update(message)
                return
        elif start and adapt is not None and message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            whole = adapt(body.decode()).encode()
            start["headers"] = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            start["headers"].append((b"content-length", str(len(whole)).encode()))
            await send(start)
            await send({"type": "http.response.body", "body": whole})
            return
        await send(message)

    return send_with_headers


def kernel_is_alive(kernel: str) -> bool:
    """Return whether Solara still holds the kernel of a page."""
    from solara.server import kernel_context

    return kernel in kernel_context.contexts


def application(settings: Settings) -> Any:
    """Return the complete application for uvicorn."""
    import solara.server.starlette
    from starlette.applications import Starlette
    from starlette.middleware.gzip import GZipMiddleware

    inner = Starlette(routes=solara.server.starlette.routes, lifespan=solara.server.starlette.lifespan)
    return GZipMiddleware(Guard(inner, settings), minimum_size=1000)
