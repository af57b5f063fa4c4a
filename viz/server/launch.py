"""`moat view`: start the server on this machine, compute the films of the presets, open the browser."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...agents.source_hash import use_code_named_cache
from ...experiments.errors import UserError
from ..content.texts import DISCLAIMER
from .hosts import LOCAL, Teacher, address, check_root_path, listen, names_of, normalised, outer_hosts
from .log import use_short_log
from .visitors import ADDRESSES, CONNECTIONS_PER_PAGE, MOST_PAGES, PAGES, SOCKETS_PER_PAGE, Visitors

FILES_PER_PAGE = ADDRESSES * (CONNECTIONS_PER_PAGE + 3 * SOCKETS_PER_PAGE)
"""Open files for each page of one address: its connections, and the event loop of each WebSocket (three files)."""
OTHER_FILES = 200
"""Open files of the libraries, of the workers and of results folders."""


def view(
    results: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    browser: bool = True,
    allow_hosts: Sequence[str] = (),
    root_path: str = "",
    pages_per_address: int = PAGES,
) -> None:
    """Serve the page until Ctrl-C. Raises UserError for a used port, a folder without results, a missing package.

    host: 127.0.0.1 admits this machine only; the address of this machine on a class network admits the class.
    allow_hosts, root_path: names and prefix of a proxy in front; pages_per_address: open pages of one address.
    """
    if results is not None:
        from ..explorer.explorer import check_folder

        check_folder(results)
    names, root_path = names_of(host, allow_hosts), check_root_path(root_path)
    if not 1 <= pages_per_address <= MOST_PAGES:
        raise UserError(f"--pages-per-address {pages_per_address} is not possible; allowed: 1 to {MOST_PAGES}")
    with listen(host, port) as listening:
        use_code_named_cache()
        from .app import Settings, application, configure, kernel_is_alive

        allowed = _pages_that_files_allow(pages_per_address)
        if allowed < pages_per_address and sys.stderr is not None:
            print(
                f"moat: the limit of open files allows {allowed} pages of one address; ulimit -n raises it",
                file=sys.stderr,
            )
        pages_per_address = min(pages_per_address, allowed)
        configure(root_path, pages_per_address)
        visitors = Visitors(pages_per_address, kernel_is_alive)
        try:
            teacher = _teacher(host, bool(allow_hosts or root_path))
            app = application(Settings(names, results, root_path, visitors, host, port, teacher))
            server = _server(app, visitors, bool(allow_hosts))
        except ImportError as error:
            package = (error.name or "a package").partition(".")[0]
            raise UserError(f"the page needs {package}: pip install 'political-moat[page]'") from error
        from .shared_pool import prepare

        use_short_log()
        pool = prepare()
        try:
            server.announce = lambda: _announce(
                host, port, root_path, "results" if results else "", browser, teacher.key
            )
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            pass
        finally:
            pool.close()


def _pages_that_files_allow(wanted: int) -> int:
    """Raise the limit of open files as far as the system allows, and return how many pages of one address it allows."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = OTHER_FILES + wanted * FILES_PER_PAGE
    if resource.RLIM_INFINITY not in (soft, hard):
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        soft = needed
    return wanted if soft == resource.RLIM_INFINITY else max(1, (soft - OTHER_FILES) // FILES_PER_PAGE)


def _server(app: Any, visitors: Visitors, proxied: bool) -> Any:
    """Return uvicorn's server with our limits. It calls its `announce` when it answers."""
    import uvicorn

    from .channel import MOST_MESSAGE_BYTES
    from .connections import protocols

    class Server(uvicorn.Server):
        announce: Callable[[], None]

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                await asyncio.get_running_loop().run_in_executor(None, self.announce)

    http, websocket = protocols(visitors)
    return Server(
        uvicorn.Config(
            app,
            http=http,
            ws=websocket,
            ws_max_size=MOST_MESSAGE_BYTES,
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=proxied,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )


def _teacher(host: str, proxied: bool) -> Teacher:
    """Return who is the teacher: this machine, and a new key where other machines can reach the page."""
    if normalised(host) in LOCAL and not proxied:
        return Teacher()
    return Teacher(secrets.token_hex(8), proxied)


def _announce(host: str, port: int, root_path: str, page: str, browser: bool, key: str) -> None:
    """Print the address of the page, and open it. A browser that does not return must not stop the server."""
    path = f"{root_path}/{page}"
    own = address(host, port, path)
    outer = ", ".join(address(name, port, path) for name in outer_hosts(host))
    more = f" (from other machines: {outer})" if outer else ""
    print(f"The page is at {own}{more}. Press Ctrl-C to stop. {DISCLAIMER}", flush=True)
    if key:
        print(f"Teachers on other machines open {root_path}/teachers there and enter the key {key}", flush=True)
    if browser:
        import webbrowser

        threading.Thread(target=webbrowser.open, args=(own,), daemon=True).start()
