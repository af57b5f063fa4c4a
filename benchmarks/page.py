"""The page beside Mesa's SolaraViz on this machine, in one run: prints each row as it is measured, and the misses.

Run `python benchmarks/page.py` with the package and its extras `browser` and `offline` installed, and a chromium
(`--chromium` is its path). The same server serves both pages to a software-rendered headless browser. Each part is
measured in a process of its own with a limit of time, so the run ends within ten minutes whatever hangs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import queue
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import page_browser
import page_checks
import page_class
from page_rows import Row, line_of, read, show

RUN_SECONDS = 570.0
START_SECONDS = 60.0
ATLAS_SECONDS = 90.0
REST_SECONDS = 90.0
"""How long the server may take for the films of the presets, which it computes after it has started."""
ATLAS_WORDS = ("--presets", "realistic", "--voters", "1000", "--films", "2", "--workers", "1")


class Part(NamedTuple):
    """A part of the benchmark: what measures it, and for how long at most."""

    measure: Callable[[argparse.Namespace], None]
    seconds: float


PARTS: dict[str, Part] = {
    "first": Part(lambda o: page_browser.first(o.address, o.chromium), 90),
    "playing": Part(lambda o: page_browser.playing(o.address, o.chromium), 100),
    "play": Part(lambda o: page_class.play(o.address, o.pid), 60),
    "guesses": Part(lambda o: page_class.guesses(o.address), 40),
    "connections": Part(lambda o: page_class.connections(o.address), 60),
    "memory": Part(lambda o: page_class.memory(o.address, o.pid), 100),
    "axe": Part(lambda o: page_checks.axe(o.address, o.chromium), 90),
    "lighthouse": Part(lambda o: page_checks.lighthouse(o.address, o.chromium, o.lighthouse), 120),
    "atlas": Part(lambda o: page_checks.atlas(Path(o.atlas), o.chromium), 40),
}


def moat(*words: str) -> list[str]:
    """Return a command line of `moat`."""
    return [sys.executable, "-m", "political_moat.experiments.cli.main", *words]


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that leads its own group, with its children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Serve the page on a free port; yield its address and process once its first films are computed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = moat("view", "--port", str(port), "--no-browser")
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        _until(lambda: bool(urllib.request.urlopen(address + "teachers", timeout=2).read()), START_SECONDS)
        _until(lambda: _is_at_rest(process.pid), REST_SECONDS)
        yield address, process.pid
    finally:
        end(process)


def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until a condition holds, or for so many seconds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(0.5)


def _is_at_rest(pid: int) -> bool:
    """Return whether the workers of the server use less than a twentieth of a processor for two seconds."""
    import psutil

    def spent() -> float:
        return sum(sum(child.cpu_times()[:2]) for child in psutil.Process(pid).children(recursive=True))

    before = spent()
    time.sleep(2)
    return before > 1 and spent() - before < 0.1


def collect(name: str, words: list[str], seconds: float) -> list[Row]:
    """Measure one part in its own process, print its rows as they come, and end it when its time is over."""
    command = [sys.executable, __file__, "--part", name, *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    assert process.stdout is not None
    stream = process.stdout

    def forward() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=forward, daemon=True).start()
    limit, rows, other = time.monotonic() + seconds, [], ""
    try:
        while (line := lines.get(timeout=max(0.01, limit - time.monotonic()))) is not None:
            row = read(line)
            if row is None:
                other = line.strip() or other
            else:
                show(row)
                rows.append(row)
        if process.wait(5):
            rows.append(Row(f"{name}: not measured to its end", "-", "-", "-", False, other[:300]))
            show(rows[-1])
    except queue.Empty:
        rows.append(Row(f"{name}: not measured to its end", "-", "-", "-", False, f"it took more than {seconds:.0f} s"))
        show(rows[-1])
    finally:
        end(process)
    return rows


def small_atlas(folder: Path) -> Path | None:
    """Build a small atlas, which opens as a large one does; None if that fails or takes too long."""
    out = folder / "atlas"
    process = subprocess.Popen(
        moat("site", str(out), *ATLAS_WORDS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(ATLAS_SECONDS)
    end(process)
    return out if (out / "index.html").is_file() else None


def lighthouse_command(given: str) -> str:
    """Return the command that starts Lighthouse, or an empty text if there is none on this machine."""
    if given:
        return given
    npx = shutil.which("npx")
    if npx is None:
        return ""
    words = [npx, "--no-install", "lighthouse"]
    with contextlib.suppress(subprocess.TimeoutExpired, OSError):
        if subprocess.run([*words, "--version"], capture_output=True, timeout=30, check=False).returncode == 0:
            return shlex.join(words)
    return ""


def run(options: argparse.Namespace) -> list[Row]:
    """Measure every part that can be measured here, and print its rows."""
    limit, rows = time.monotonic() + RUN_SECONDS, []
    names = [name for name in PARTS if not options.only or name in options.only.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        words = ["--chromium", options.chromium]
        with server() as (address, pid):
            words += ["--address", address, "--pid", str(pid)]
            for name in [name for name in names if name not in ("lighthouse", "atlas")]:
                rows += collect(name, words, min(PARTS[name].seconds, limit - time.monotonic()))
            if "lighthouse" in names:
                command = lighthouse_command(options.lighthouse)
                if command:
                    words += ["--lighthouse", command]
                    rows += collect("lighthouse", words, min(PARTS["lighthouse"].seconds, limit - time.monotonic()))
                else:
                    print("lighthouse: not measured; --lighthouse COMMAND names it", flush=True)
        if "atlas" in names:
            built = Path(options.atlas) if options.atlas else small_atlas(Path(folder))
            if built is None:
                print("atlas: not measured; moat site built none in time; --atlas DIR names one", flush=True)
            else:
                seconds = min(PARTS["atlas"].seconds, limit - time.monotonic())
                rows += collect("atlas", [*words, "--atlas", str(built)], seconds)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--atlas", default="", help="folder of moat site; without it a small one is built")
    parser.add_argument("--lighthouse", default="", help="command that starts Lighthouse; default: npx --no-install")
    parser.add_argument("--only", default="", help=f"parts, separated by commas: {','.join(PARTS)}")
    for name in ("--part", "--address", "--pid"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.pid = int(options.pid or 0)
    if options.part:
        try:
            PARTS[options.part].measure(options)
        except Exception as error:
            traceback.print_exc()
            print(f"{type(error).__name__}: {' '.join(str(error).split())[:250]}", flush=True)
            sys.exit(1)
        return
    start = time.monotonic()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(line_of("what", "Mesa SolaraViz", "ours", "target"), flush=True)
    missed = [row.what for row in run(options) if row.met is False]
    print("missed: " + "; ".join(missed) if missed else "every target met")
    print(f"load {os.getloadavg()[0]:.1f} at the end, {time.monotonic() - start:.0f} s. No test asserts a time.")


if __name__ == "__main__":
    main()
