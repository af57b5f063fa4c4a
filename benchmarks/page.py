"""The page compared with Mesa's SolaraViz on this machine, in one run: prints one table and the missed targets.

Run `python benchmarks/page.py` with the package and its extras `browser` and `offline` installed, and a chromium
(`--chromium` is its path). The same server serves both pages to a software-rendered headless browser.
"""

from __future__ import annotations

import argparse
import os
import platform
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psutil

from political_moat.viz.scenario import REPLICATES, of_scene
from political_moat.viz.session.job_pool import Pool
from political_moat.viz.session.session import Session

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
FRAME = "window.moat && window.moat.firstFrame > 0"
READY = "window.moat && window.moat.live && window.moat.film.outcomes !== null"
STUDENTS = 40


class Row(NamedTuple):
    """A line of the table: quantity, Mesa's page, our page, the target, whether it is met (None: no target)."""

    what: str
    mesa: str
    ours: str
    target: str
    met: bool | None


@contextmanager
def server() -> Iterator[tuple[str, psutil.Process]]:
    """Serve the page on a free port; yield its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", "view", "--port", str(port), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address + "teachers", timeout=2).read()
                break
            except OSError:
                time.sleep(0.5)
        time.sleep(15)  # the first films are computed
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def opened(browser: Any, address: str, ready: str) -> tuple[Any, float]:
    """Open an address in a fresh profile; return the page and the seconds until `ready` is true."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(ready)
    return page, time.perf_counter() - start


def frames(page: Any, seconds: float) -> float:
    """Return the frames a second while playing: paintings of a new month or of a moment between two."""
    page.keyboard.press("Home")
    page.evaluate("window.moat.player.frames.length = 0; window.moat.player.rate = 0.5; window.moat.player.play()")
    page.wait_for_timeout(1000 * seconds)
    found = page.evaluate("window.moat.player.frames")
    page.evaluate("window.moat.player.pause()")
    return 1000.0 * (len(found) - 1) / (found[-1] - found[0])


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
    page.wait_for_timeout(8000)
    after, spent = page.evaluate(number), time.perf_counter() - start
    page.get_by_role("button", name="❚❚").click()
    return (after - before) / spent, single


def students(different: bool) -> list[float]:
    """Return the seconds from Play to the first months of forty simultaneous visitors, at the server, no browsers."""
    pool = Pool()
    first: list[float] = []
    try:
        for replicate in range(100, 108):  # like `moat view` before it opens: every worker loads its kernels
            Session(pool, lambda message, _: None).handle(_ask(replicate))
        while pool.waiting():
            time.sleep(0.1)
        done = [threading.Event() for _ in range(STUDENTS)]
        spent = [0.0] * STUDENTS
        start = time.perf_counter()

        def hear(number: int, message: dict[str, Any]) -> None:
            if _first(message) and not done[number].is_set():
                spent[number] = time.perf_counter() - start
                done[number].set()

        for number in range(STUDENTS):
            visitor = Session(pool, lambda message, _, number=number: hear(number, message))  # type: ignore[misc]
            visitor.handle(_ask(1 + (number if different else 0)))
        for one in done:
            one.wait(120)
        first = spent
    finally:
        pool.close()
    return first


def _first(message: dict[str, Any]) -> bool:
    return bool(message["type"] == "piece" and message["content"]["part"] == "months")


def _ask(replicate: int) -> dict[str, Any]:
    return {"type": "film", "fields": {**of_scene("realistic").fields(), "replicate": str(replicate)}}


def measure(chromium: str) -> list[Row]:
    """Measure every row of the table."""
    from playwright.sync_api import sync_playwright

    rows = []
    with server() as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        opened(browser, address, READY)[0].context.close()  # the server imports the model for its first visitor
        page, usable = opened(browser, address, READY)
        other, _ = opened(browser, address, FRAME)
        cold = other.evaluate("window.moat.firstFrame") / 1000.0
        other.reload()
        other.wait_for_function(FRAME)
        again = other.evaluate("window.moat.firstFrame") / 1000.0
        other.context.close()
        fast, scrub = frames(page, 10), scrubs(page)
        sent = travelled(page, 5, lambda: page.evaluate("window.moat.player.seek(0); window.moat.player.play()"))
        large, _ = opened(browser, f"{address}?electorate.voters=100000&exposure.breadth=0.3", READY)
        many = frames(large, 10)
        large.context.close()
        mesa, mesa_first = opened(browser, address + "expert", "/Step: 24/.test(document.body.innerText)")
        rate, single = mesa_steps(mesa)
        play = mesa.get_by_role("button", name="▶")
        mesa_sent = travelled(mesa, 5, play.click)
        mesa.context.close()
        page.context.close()
        time.sleep(20)
        # Imports for the first visitors stay in memory; the table has the memory that later visitors leave.
        before = process.memory_info().rss
        extra = [opened(browser, address, READY)[0] for _ in range(5)]
        each = (process.memory_info().rss - before) / 5 / 1e6
        for one in extra:
            one.context.close()
        time.sleep(20)
        after = process.memory_info().rss
        browser.close()
        rows += [
            Row(
                "frames a second, 2 x 10,000 voters, 6 charts",
                f"{rate:.2f} steps (1,000 voters)",
                f"{fast:.0f}",
                "50",
                fast >= 50,
            ),
            Row("frames a second, 2 x 100,000 voters", "-", f"{many:.0f}", "20", many >= 20),
            Row(
                "scrub or step to paint, median ms",
                f"{statistics.median(single):.0f}",
                f"{statistics.median(scrub):.0f}",
                "16",
                statistics.median(scrub) <= 16,
            ),
            Row("the same, p95 ms", f"{max(single):.0f}", f"{percentile(scrub):.0f}", "50", percentile(scrub) <= 50),
            Row("bytes in 5 s of playing", f"{mesa_sent:,}", f"{sent:,}", "0", sent == 0),
            Row("page usable, new visitor, s", f"{mesa_first:.2f}", f"{usable:.2f}", "2", usable <= 2),
            Row("first frame, new visitor, s", f"{mesa_first:.2f}", f"{cold:.2f}", "0.5", cold <= 0.5),
            Row("first frame, browser's cache warm, s", "-", f"{again:.2f}", "0.1", again <= 0.1),
            Row("memory of a session, MB", "-", f"{each:.1f}", "6", each <= 6),
            Row(
                "memory after all tabs closed / before they came",
                "-",
                f"{after / before:.2f}",
                "1.10",
                after / before <= 1.1,
            ),
        ]
    same, different = students(False), students(True)
    rows += [
        Row(f"{STUDENTS} press Play, same preset, p95 s", "-", f"{percentile(same):.2f}", "1", percentile(same) <= 1),
        Row(
            f"{STUDENTS} press Play, all different, p95 s",
            "-",
            f"{percentile(different):.2f}",
            "5",
            percentile(different) <= 5,
        ),
    ]
    return rows


def percentile(values: list[float], share: float = 0.95) -> float:
    """Return the value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    rows = measure(parser.parse_args().chromium)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'what':<48} {'Mesa SolaraViz':>24} {'ours':>12} {'target':>8}")
    for row in rows:
        print(f"{row.what:<48} {row.mesa:>24} {row.ours:>12} {row.target:>8}  {'' if row.met else 'MISSED'}")
    missed = [row.what for row in rows if row.met is False]
    print("missed: " + "; ".join(missed) if missed else "every target met")
    print(f"({REPLICATES} replicates and forty visitors are measured on the server's side; no test asserts a time)")


if __name__ == "__main__":
    main()
