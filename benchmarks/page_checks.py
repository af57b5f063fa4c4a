"""Rows of the page's benchmark of other tools: axe, Lighthouse, and the atlas that plays from a file."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from page_browser import FRAME, READY, browser, first_frames, opened
from page_rows import Row, at_most, give

PAGES = ("", "?step=watch", "?step=pairs", "?step=why", "?step=break", "teachers", "result", "glossary", "results")
CATEGORIES = ("accessibility", "best-practices")
LIGHTHOUSE_SECONDS = 90
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def axe(address: str, chromium: str) -> None:
    """Count the violations that axe finds on every page and step, in light and dark mode."""
    from axe_playwright_python.sync_playwright import Axe

    with browser(chromium) as started:
        for scheme in ("light", "dark"):
            violations = []
            for path in PAGES:
                page, _ = opened(started, address + path, READY if path in ("", *PAGES[1:5]) else "true")
                page.emulate_media(color_scheme=scheme)
                page.wait_for_timeout(300)
                for each in Axe().run(page).response["violations"]:
                    violations.append(f"{path or 'guess'}: {each['id']} ({len(each['nodes'])})")
                page.context.close()
            cause = "; ".join(violations)
            give(at_most(f"axe violations, {len(PAGES)} pages, {scheme}", len(violations), 0, form="d", cause=cause))


def lighthouse(address: str, chromium: str, command: str) -> None:
    """Measure the page, the page for teachers and the explorer with Lighthouse."""
    for path in ("", "teachers", "results"):
        scores, failed = _scores(address + path, chromium, command)
        for category, score in scores.items():
            name = f"Lighthouse, {category}, /{path}"
            give(Row(name, "-", f"{score:.2f}", ">= 1", score >= 1, ", ".join(failed[category])))


def _scores(url: str, chromium: str, command: str) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Return the score and the failed audits of each category. Raises RuntimeError if Lighthouse does not run."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        words = [*shlex.split(command), url, "--quiet", "--output=json", f"--output-path={out}"]
        words += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
        environment = {**os.environ, "CHROME_PATH": chromium, "TMPDIR": folder}
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=LIGHTHOUSE_SECONDS, env=environment, check=False
        )
        if done.returncode:
            raise RuntimeError(f"Lighthouse ends with {done.returncode}: {(done.stderr or done.stdout)[-300:].strip()}")
        report = json.loads(out.read_text(encoding="utf-8"))
    audits = report["audits"]
    failed = {
        name: [
            audit["id"]
            for audit in category["auditRefs"]
            if audit["weight"] and audits[audit["id"]]["score"] is not None and audits[audit["id"]]["score"] < 1
        ]
        for name, category in report["categories"].items()
    }
    return {name: float(category["score"]) for name, category in report["categories"].items()}, failed


def atlas(folder: Path, chromium: str) -> None:
    """Measure the atlas: first picture from a file with the network off, its requests elsewhere, its size."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    give(at_most("atlas, size, MB", sum(file.stat().st_size for file in files) / 1e6, 25, form=".1f"))
    with browser(chromium) as started:
        context = started.new_context(viewport={"width": 1280, "height": 900}, offline=True)
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.set_default_timeout(30_000)
        page.goto((folder / "index.html").resolve().as_uri(), wait_until="commit")
        page.wait_for_function(FRAME)
        page.wait_for_timeout(1000)
        opening = sum(Path(url.removeprefix("file://").partition("?")[0]).stat().st_size for url in _files(requests))
        cold, warm, where = first_frames(page)
        give(at_most("atlas, first picture from a file, s", cold, 0.3, cause=where))
        give(at_most("atlas, the same after a reload, s", warm, 0.3, cause=where))
        give(at_most("atlas, files of the first view, MB", opening / 1e6, 2))
        elsewhere = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
        give(at_most("atlas, requests to other hosts", len(elsewhere), 0, form="d", cause=" ".join(elsewhere[:3])))
        context.close()


def _files(urls: list[str]) -> set[str]:
    from urllib.parse import unquote

    return {unquote(url.partition("#")[0]) for url in urls if url.startswith("file:")}
