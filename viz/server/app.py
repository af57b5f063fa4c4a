"""The web application: Solara's app behind checks of hosts, headers and plain pages. Import after `configure`."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from . import documents

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SETTINGS = {
    "SOLARA_APP": "political_moat.viz.server.page",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "SOLARA_KERNEL_MAX_COUNT": "200",
    "SOLARA_MODE": "production",
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_THEME_TITLE": "Political moat: two worlds",
    "MPLBACKEND": "agg",
}
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
MOST_QUERY = 6000
_CDN = "/_solara/cdn/"
_PLAIN = {"/teachers": documents.teachers, "/glossary": documents.glossary}


def configure() -> None:
    """Set Solara's environment variables: no telemetry, no outside requests, a bound on sessions."""
    os.environ.update(SETTINGS)


def adapt_page(page: str, first: str = "") -> str:
    """Return Solara's HTML page with a language, with zoom allowed, and with `first` at the start of its body.

    The widget replaces or adopts `first` when it renders.
    """
    page = page.replace("<html>", '<html lang="en">', 1)
    page = page.replace(", maximum-scale=1, user-scalable=no, minimal-ui", "")
    if first:
        # The first frame does not need Solara's style sheets, so they must not delay it.
        page = re.sub(r'(<link\b[^>]*rel="stylesheet"[^>]*)>', r"""\1 media="print" onload="this.media='all'">""", page)
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + first, page, count=1)


class Guard:
    """ASGI application around Solara's: checks hosts, origins and sizes, adds headers, serves the plain pages."""

    def __init__(self, app: Any, hosts: frozenset[str], results: Path | None) -> None:
        """Wrap an app. hosts: host names it answers to, empty for any; results: the results folder, if any."""
        self.app, self.hosts, self.results = app, hosts, results

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        foreign = bool(origin) and origin.split("://")[-1] != host
        unknown = bool(self.hosts) and host.rsplit(":", 1)[0] not in self.hosts
        if scope["type"] == "websocket":
            if foreign or unknown:
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        if unknown or (foreign and scope["method"] != "GET"):
            await _answer(send, 400, "text/plain", "This server does not answer to that host name.")
            return
        if len(scope["query_string"]) > MOST_QUERY:
            await _answer(send, 414, "text/plain", "The address is too long.")
            return
        if scope["method"] == "GET" and await self._send_plain_page(scope, send):
            return
        first = ""
        if scope["method"] == "GET" and scope["path"] == "/":
            from .preloaded_film import first_frame

            first = first_frame(scope["query_string"].decode("latin-1"))
        await self.app(scope, receive, _with_headers(send, first))

    async def _send_plain_page(self, scope: Scope, send: Send) -> bool:
        """Answer a request that does not need Solara, and return whether there was one."""
        path = scope["path"].rstrip("/")
        if path in _PLAIN:
            await _answer(send, 200, "text/html", _PLAIN[path]())
            return True
        if path == "/results":
            import anyio.to_thread

            query = scope["query_string"].decode("latin-1")
            status, page = await anyio.to_thread.run_sync(documents.results, self.results, query)
            await _answer(send, status, "text/html", page)
            return True
        # Hide Solara's list of sessions, and never fetch an asset that is not installed.
        if path == "/resourcez" or (path.startswith(_CDN) and not _installed(path.removeprefix(_CDN))):
            await _answer(send, 404, "text/plain", "Not found.")
            return True
        return False


def _installed(name: str) -> bool:
    """Return whether an asset is installed. Without the offline extra Solara may fetch it, so the answer is True."""
    import solara.server.settings

    if importlib.util.find_spec("solara_assets") is None:
        return True
    folder = Path(solara.server.settings.assets.proxy_cache_dir).resolve()
    file = (folder / name).resolve()
    return file.is_relative_to(folder) and file.is_file()


async def _answer(send: Send, status: int, kind: str, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send, first: str) -> Send:
    """Return a `send` that adds our headers, and that adapts HTML pages."""
    start: MutableMapping[str, Any] = {}
    body = bytearray()

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *HEADERS]
            kind = dict(message["headers"]).get(b"content-type", b"")
            if kind.startswith(b"text/html"):
                start.update(message)
                return
        elif start and message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            whole = adapt_page(body.decode(), first).encode()
            start["headers"] = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            start["headers"].append((b"content-length", str(len(whole)).encode()))
            await send(start)
            await send({"type": "http.response.body", "body": whole})
            return
        await send(message)

    return send_with_headers


def application(hosts: frozenset[str], results: Path | None) -> Any:
    """Return the complete application for uvicorn."""
    import solara.server.starlette
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.routing import Mount

    inner = Starlette(routes=solara.server.starlette.routes, lifespan=solara.server.starlette.lifespan)
    guarded = Guard(inner, hosts, results)
    return Starlette(
        routes=[Mount("/", app=guarded)],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        lifespan=solara.server.starlette.lifespan,
    )
