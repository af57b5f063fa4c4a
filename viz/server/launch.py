"""`moat view`: start the server on this machine, compute the films of the presets, open the browser."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

from ...agents.source_hash import use_code_named_cache
from ...experiments.errors import UserError
from ..content.texts import DISCLAIMER

LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})


def view(results: Path | None = None, host: str = "127.0.0.1", port: int = 8765, browser: bool = True) -> None:
    """Serve the page until Ctrl-C. Raises UserError for a used port, a folder without results, a missing package.

    host: 127.0.0.1 admits this machine only; the address of this machine on a class network admits the class.
    """
    if results is not None:
        from ..explorer.explorer import check_folder

        check_folder(results)
    if not 1 <= port <= 65535:
        raise UserError(f"--port {port} is not possible; allowed: 1 to 65535")
    _check(host, port)
    use_code_named_cache()
    from .app import application, configure

    configure()
    try:
        import uvicorn

        app = application(_names(host), results)
    except ImportError as error:
        raise UserError(f"the page needs {error.name}; install political-moat with its dependencies") from error
    from .shared_pool import prepare

    pool = prepare()
    address = f"http://{host if host != '0.0.0.0' else 'localhost'}:{port}/{'results' if results else ''}"
    print(f"The page is at {address}. Press Ctrl-C to stop. {DISCLAIMER}", flush=True)
    if browser:
        import webbrowser

        webbrowser.open(address)
    try:
        uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2, server_header=False)
    finally:
        pool.close()


def _names(host: str) -> frozenset[str]:
    """Return the host names that the server answers to; empty for any, when it listens on every address."""
    if host == "0.0.0.0":
        return frozenset()
    return LOCAL | {host}


def _check(host: str, port: int) -> None:
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise UserError(
                f"--host {host} is not possible; allowed: localhost or an address of this machine"
            ) from error
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another --port"
            ) from error
