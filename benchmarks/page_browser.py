"""Rows of the page's benchmark that a browser measures: first picture, frames, bytes; beside Mesa's page."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from page_rows import at_least, at_most, give, percentile

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
FRAME = "window.moat && window.moat.firstFrame > 0"
READY = "window.moat && window.moat.live && window.moat.film.outcomes !== null && window.moat.film.loaded > 0"
WATCH = "?step=watch"
MESA_READY = "/Step: 24/.test(document.body.innerText)"
WAIT_MS = 60_000


@contextmanager
def browser(chromium: str) -> Iterator[Any]:
    """Start a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


def opened(started: Any, address: str, ready: str) -> tuple[Any, float]:
    """Open an address in a fresh profile; return the page and the seconds until `ready` is true."""
    page = started.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(WAIT_MS)
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(ready)
    return page, time.perf_counter() - start


def first_frames(page: Any, ready: str = FRAME) -> tuple[float, float, str]:
    """Return the seconds to the first frame of a page and of a reload, and where the time of the reload went."""
    cold = page.evaluate("window.moat.firstFrame") / 1000.0
    page.reload(wait_until="commit")
    page.wait_for_function(ready)
    warm = page.evaluate("window.moat.firstFrame") / 1000.0
    stages = page.evaluate(
        """() => { const entry = performance.getEntriesByType("navigation")[0];
          return [entry.responseStart, entry.responseEnd, entry.domInteractive].map(Math.round); }"""
    )
    where = "first byte at {} ms, last byte at {} ms, document read at {} ms of a reload".format(*stages)
    return cold, warm, f"{where}; the rest is modules, layout and the first drawing"


def visit_bytes(page: Any) -> tuple[int, int]:
    """Return the bytes that a reload transfers over HTTP and over the WebSocket."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameReceived", lambda frame: sizes.append(len(frame["response"]["payloadData"])))
    network.on("Network.loadingFinished", lambda entry: http.append(int(entry["encodedDataLength"])))
    http: list[int] = []
    page.reload()
    page.wait_for_function(READY)
    page.wait_for_timeout(2000)
    network.detach()
    return sum(http), sum(sizes)


def first(address: str, chromium: str) -> None:
    """Measure the first picture, for a new visitor and a returning one, and the bytes of a returning visit."""
    with browser(chromium) as started:
        opened(started, address, READY)[0].context.close()  # the server imports the model for its first visitor
        mesa, mesa_first = opened(started, address + "expert", MESA_READY)
        mesa.context.close()
        page, usable = opened(started, address, READY)
        beside = f"{mesa_first:.2f}"
        give(at_most("page usable, new visitor, s", usable, 2, mesa=beside, cause="Solara's scripts load first"))
        page.context.close()
        page, _ = opened(started, address, FRAME)
        cold, warm, where = first_frames(page)
        give(at_most("first frame, new visitor, s", cold, 0.5, mesa=beside, cause=where))
        give(at_most("first frame, browser's cache warm, s", warm, 0.2, cause=where))
        page.wait_for_function(READY)
        http, socket = visit_bytes(page)
        cause = (
            f"{http / 1e6:.3f} MB of files, of which the document holds the film, and {socket / 1e6:.3f} MB of messages"
        )
        give(at_most("bytes of a warm visit, MB", (http + socket) / 1e6, 0.1, form=".3f", cause=cause))


def frames(page: Any, seconds: float) -> float:
    """Return the frames a second while playing: paintings of a new month or of a moment between two."""
    page.evaluate(
        "const player = window.moat.player; player.seek(0); player.frames.length = 0; player.rate = 0.5; player.play()"
    )
    page.wait_for_timeout(1000 * seconds)
    times = page.evaluate("window.moat.player.frames")
    page.evaluate("window.moat.player.pause()")
    return 1000.0 * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


def scrubs(page: Any) -> list[float]:
    """Return the milliseconds from a jump to the frame after it has been painted, for 60 jumps."""
    script = """async month => {
      const start = performance.now(); window.moat.player.seek(month);
      await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
      return performance.now() - start; }"""
    return [float(page.evaluate(script, (37 * number) % 96)) for number in range(60)]


def travelled(page: Any, seconds: float, start: Any) -> int:
    """Return the bytes over the socket in `seconds` after `start()`."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameReceived", lambda frame: sizes.append(len(frame["response"]["payloadData"])))
    start()
    page.wait_for_timeout(1000 * seconds)
    network.detach()
    return sum(sizes)


def mesa_steps(page: Any) -> tuple[float, list[float]]:
    """Return the steps a second of Mesa's page while playing, and the milliseconds of single steps."""
    number = "() => Number(/Step: (\\d+)/.exec(document.body.innerText)?.[1] ?? -1)"
    single = []
    for _ in range(5):
        before, start = page.evaluate(number), time.perf_counter()
        page.get_by_role("button", name="Step").click()
        page.wait_for_function(f"before => ({number})() > before", arg=before)
        single.append(1000.0 * (time.perf_counter() - start))
    before, start = page.evaluate(number), time.perf_counter()
    page.get_by_role("button", name="▶").click()
    page.wait_for_timeout(6000)
    after, spent = page.evaluate(number), time.perf_counter() - start
    page.get_by_role("button", name="❚❚").click()
    return (after - before) / spent, single


def playing(address: str, chromium: str) -> None:
    """Measure frames, jumps and bytes while playing, beside the steps of Mesa's page."""
    with browser(chromium) as started:
        mesa, _ = opened(started, address + "expert", MESA_READY)
        rate, single = mesa_steps(mesa)
        mesa_sent = travelled(mesa, 5, mesa.get_by_role("button", name="▶").click)
        mesa.context.close()
        page, _ = opened(started, address + WATCH, READY)
        cause = "the browser draws in software on processors that it shares with this benchmark"
        steps = f"{rate:.2f} steps (1,000)"
        fast = frames(page, 8)
        give(at_least("frames a second, 2 x 10,000 voters", fast, 50, mesa=steps, cause=cause))
        jumps, beside = scrubs(page), f"{statistics.median(single):.0f}"
        give(
            at_most(
                "scrub or step to paint, median ms", statistics.median(jumps), 16, mesa=beside, form=".0f", cause=cause
            )
        )
        give(at_most("the same, p95 ms", percentile(jumps), 50, mesa=f"{max(single):.0f}", form=".0f", cause=cause))
        sent = travelled(page, 5, lambda: page.evaluate("window.moat.player.seek(0); window.moat.player.play()"))
        give(at_most("bytes in 5 s of playing", sent, 0, mesa=f"{mesa_sent:,}", form=",.0f"))
        page.context.close()
        page, _ = opened(started, f"{address}{WATCH}&electorate.voters=100000&exposure.breadth=0.3", READY)
        give(at_least("frames a second, 2 x 100,000 voters", frames(page, 8), 20, cause=cause))
