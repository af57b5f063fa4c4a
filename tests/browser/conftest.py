"""The page in Debian's chromium: one server for all tests, a fresh profile for each."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Served(NamedTuple):
    """A running server."""

    address: str
    process: subprocess.Popen[str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(*words: str, port: int = 0) -> Served:
    port = port or free_port()
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", "view", *words]
    process = subprocess.Popen([*command, "--port", str(port), "--no-browser"], stdout=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}/"
    for _ in range(240):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(address + "teachers", timeout=2).read()
            return Served(address, process)
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("the server did not start")


def end(served: Served) -> None:
    served.process.terminate()
    try:
        served.process.wait(20)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait()


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small results folder."""
    out = tmp_path_factory.mktemp("results") / "study"
    words = ["run", "--replicates", "6", "--voters", "300", "--breadth", "0,.3", "--out", str(out), "--workers", "1"]
    subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words], check=True, capture_output=True
    )
    return out


@pytest.fixture(scope="session")
def served(study: Path) -> Iterator[Served]:
    server = serve(str(study))
    yield server
    end(server)


@pytest.fixture(scope="session")
def start_and_stop() -> tuple[Any, Any]:
    """Return the functions that start a server (optionally at a port) and stop it."""
    return serve, end


@pytest.fixture(scope="session")
def serve_folder() -> Any:
    """Return a generator function that serves a results folder while it is suspended."""

    def generate(folder: Path) -> Iterator[Served]:
        server = serve(str(folder))
        yield server
        end(server)

    return generate


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Any, served: Served) -> Iterator[Any]:
    """Open a page of the server in a fresh profile, wait for the first film; errors of the page fail the test."""
    contexts, wrong = [], []

    def opened(path: str = "", *, film: bool = True, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(served.address + path)
        if film:
            page.wait_for_function(
                "window.moat && window.moat.live && window.moat.film.outcomes !== null && window.moat.film.loaded > 0"
            )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
