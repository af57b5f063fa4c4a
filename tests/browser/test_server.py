"""The server of a class: no outside requests, no shared state between visitors, no leaks, bounded work."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

pytestmark = pytest.mark.browser


def axe() -> str:
    """Return the script of axe-core from its package."""
    import axe_playwright_python

    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def test_no_request_leaves_the_machine_and_nothing_is_missing(browser: Any, served: Any) -> None:
    context = browser.new_context()
    page, asked, missing = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: missing.append((answer.status, answer.url)) if answer.status >= 400 else None)
    for path in ("", "teachers", "glossary", "results", "expert"):
        page.goto(served.address + path)
        if path == "expert":
            page.get_by_text("The world as a Mesa model").first.wait_for(timeout=60_000)
        page.wait_for_timeout(4000)
    context.close()
    outside = [url for url in asked if urlsplit(url).hostname != "127.0.0.1" and not url.startswith(("data:", "blob:"))]
    assert len(asked) > 20
    assert outside == []
    assert missing == []


def violations(page: Any) -> list[Any]:
    """Return what axe finds wrong in a page."""
    page.evaluate(axe())
    report = page.evaluate("axe.run()")
    assert len(report["passes"]) > 5
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in report["violations"]]


@pytest.mark.parametrize("path", ["teachers", "glossary", "results", "result"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_plain_page(visit: Any, path: str, scheme: str) -> None:
    page = visit(path, film=False, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_violation_in_any_step(visit: Any, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = visit("?electorate.voters=300&exposure.breadth=.3", **options)
    for step in page.evaluate("Object.keys(window.moat.steps)"):
        page.evaluate("step => window.moat.go(step)", step)
        for drawer in page.locator(".moat-step:visible > details:not([open]) > summary").all():
            drawer.click()
        page.wait_for_timeout(200)
        assert violations(page) == [], step
    page.get_by_role("button", name="Tour").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Glossary").click()
    assert violations(page) == []


def test_two_visitors_share_no_state(visit: Any) -> None:
    first = visit("?scene=sleeve&step=watch")
    second = visit("?scene=crash&step=pairs")
    first.keyboard.press("End")
    second.keyboard.press("5")
    second.wait_for_function("window.moat.scenario.scene === 'mass-adoption' && window.moat.film.loaded > 0")
    first.wait_for_timeout(1000)
    assert first.evaluate("window.moat.scenario.scene") == "sleeve"
    assert first.evaluate("window.moat.film.title.breadth") == 0.45
    assert "scene=sleeve" in first.evaluate("window.moat.scenario.address")
    assert first.evaluate("window.moat.step") == "watch"
    assert second.evaluate("window.moat.step") == "pairs"


def test_a_bad_address_shows_a_message(visit: Any) -> None:
    page = visit("?exposure.breadth=7&party.rule=<img src=x onerror=alert(1)>")
    text = page.locator(".moat-status").inner_text()
    assert "cannot play this address" in text
    assert "exposure.breadth = 7 is not possible" in text
    assert page.locator(".moat-status img").count() == 0


def test_the_results_explorer_plays_a_single_run(visit: Any) -> None:
    page = visit("results?outcome=reversed&arm=b%3D0.3+v%3D1", film=False)
    assert "against exposure" in page.locator("main").inner_text()
    assert page.locator("svg circle").count() >= 2
    link = page.locator(".plays a").nth(2)
    replicate = int(link.inner_text())
    link.click()
    page.wait_for_function("window.moat && window.moat.live && window.moat.film.outcomes !== null")
    assert page.evaluate("window.moat.scenario.replicate") == replicate
    assert page.evaluate("window.moat.step") == "watch"
    assert page.evaluate("window.moat.film.title.voters") == 300


def test_mesas_own_page_shows_the_world(visit: Any) -> None:
    page = visit("expert", film=False)
    page.get_by_text("The world as a Mesa model").first.wait_for()
    page.locator("img").first.wait_for()
    before = page.locator("img").first.get_attribute("src")
    page.get_by_role("button", name="Step").click()
    page.wait_for_function("before => document.querySelector('img').getAttribute('src') !== before", arg=before)


PROBE = """import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=60).status, file=open(sys.argv[2], "w"))"""


def test_the_browser_is_opened_when_the_page_answers(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    result = tmp_path / "status"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The "browser" asks for the page once: a server that does not listen yet would refuse it.
    browser = f"{sys.executable} {tmp_path / 'probe.py'} %s {result}"
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", "view", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "BROWSER": browser})
    try:
        assert server.stdout is not None
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        for _ in range(600):
            if result.is_file() and result.read_text():
                break
            time.sleep(0.1)
        assert result.read_text().strip() == "200"
    finally:
        server.terminate()
        server.wait(30)


def answer(served: Any, path: str, **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(served.address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    return response


def test_responses_have_the_security_headers(served: Any) -> None:
    for path in ("/", "/teachers", "/results"):
        response = answer(served, path)
        assert response.status == 200
        assert "frame-ancestors 'none'" in (response.getheader("content-security-policy") or "")
        assert response.getheader("x-content-type-options") == "nosniff"
        assert response.getheader("referrer-policy") == "no-referrer"
    cookie = answer(served, "/").getheader("set-cookie") or ""
    assert "httponly" in cookie.lower()


def test_other_names_other_origins_and_long_addresses_are_refused(served: Any) -> None:
    assert answer(served, "/", Host="evil.example").status == 400
    assert answer(served, "/?" + "a" * 7000).status == 414
    assert answer(served, "/resourcez").status == 404
    assert answer(served, "/_solara/cdn/../../../../etc/passwd").status == 404
    assert answer(served, "/results?arm=../../etc").status == 400
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Origin": "http://evil.example",
    }
    assert answer(served, "/jupyter/api/kernels/abc/channels", **upgrade).status == 403


def test_the_page_answers_after_many_bad_addresses(served: Any, visit: Any) -> None:
    for number in range(200):
        assert answer(served, f"/?electorate.voters={10**number}&x={'%00' * 50}").status == 200
    page = visit("?scene=caps")
    assert page.evaluate("window.moat.scenario.scene") == "caps"


HEAVIEST = ("electorate.voters=104166", "electorate.voters=34722&protocol=history&cycles=12")
"""The largest films that a request may have: a stress test and the longest history."""


def heavy(number: int) -> str:
    """Return a heavy address, different for each number."""
    return f"{HEAVIEST[number % 2]}&exposure.breadth=0.3&seed={number}"


def malformed(number: int) -> str:
    wrong = ("electorate.voters=999999999", "seed=-1", "a=1&a=2", "%00%ff", "replicate=1e9", "cycles=12&protocol=x")
    return f"{wrong[number % len(wrong)]}&n{number}={'[' * 50}"


def send_noise(served: Any, sent: bytes) -> None:
    """Send data that is no request, or half of one, and close the connection after two seconds."""
    parts = urlsplit(served.address)
    with contextlib.suppress(OSError), socket.create_connection((parts.hostname, parts.port or 80), 10) as connection:
        connection.settimeout(2)
        connection.sendall(sent)
        connection.recv(4096)


FLOOD = """queries => {
    window.received = [];
    const receive = window.moat.receive.bind(window.moat);
    window.moat.receive = (message, buffers) => { window.received.push(message); receive(message, buffers); };
    for (const query of queries) window.moat.send("film", { fields: Object.fromEntries(new URLSearchParams(query)) });
    for (const message of [null, 7, "film", { type: "film" }, { type: "film", fields: [1] }, { type: "__proto__" },
        { type: "voter", index: 1e99 }, { type: "film", fields: { seed: "9".repeat(9999) } }]) {
        window.moat.model.send(message);
    }
}"""


def test_the_page_answers_during_many_heavy_and_malformed_requests(served: Any, visit: Any) -> None:
    process = psutil.Process(served.process.pid)
    workers = len(process.children(recursive=True))
    flooding = [visit("?scene=caps") for _ in range(3)]
    upgrade = b"GET /jupyter/api/kernels/abc/channels HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    noise = [
        os.urandom(2000),
        b"GET /?" + b"a" * 70_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        upgrade + b"\r\n\xff",
    ]
    addresses = [f"/?{ask(number)}" for number in range(60) for ask in (heavy, malformed)]
    with ThreadPoolExecutor(12) as crowd:
        noise_sent = [crowd.submit(send_noise, served, noise[number % len(noise)]) for number in range(24)]
        asked = [crowd.submit(answer, served, address) for address in addresses]
        for visitor, page in enumerate(flooding):
            page.evaluate(FLOOD, [heavy(1000 * visitor + number) for number in range(120)])
        # Meanwhile an ordinary visitor must get her film within the minute that the page object waits.
        normal = visit("?exposure.breadth=0.25&electorate.voters=2000&seed=5")
        assert [future.result(60).status for future in asked] == [200] * len(addresses)
        assert [future.result(60) for future in noise_sent] == [None] * len(noise_sent)
    assert normal.evaluate("[window.moat.scenario.seed, window.moat.film.title.voters]") == [5, 2000]
    messages = [message for page in flooding for message in page.evaluate("window.received")]
    assert any("too many requests within a minute" in message.get("text", "") for message in messages)
    # Each visitor has one film in the queue, so no reported place exceeds the number of visitors.
    assert max((message["place"] for message in messages if message["type"] == "wait"), default=0) <= len(flooding) + 1
    assert answer(served, "/teachers").status == 200
    assert len(process.children(recursive=True)) == workers


def test_closing_every_tab_frees_processes_threads_and_memory(browser: Any, served: Any) -> None:
    process = psutil.Process(served.process.pid)

    def visit_and_leave() -> None:
        context = browser.new_context()
        for scene in ("sleeve", "crash", "mass-adoption"):
            page = context.new_page()
            page.goto(f"{served.address}?scene={scene}")
            page.wait_for_function(
                "window.moat && window.moat.live && window.moat.film.outcomes !== null", timeout=60_000
            )
            page.keyboard.press(" ")
        context.close()
        time.sleep(15)

    for _ in range(2):
        visit_and_leave()
    children, threads, memory = len(process.children(recursive=True)), process.num_threads(), process.memory_info().rss
    visit_and_leave()
    assert len(process.children(recursive=True)) == children
    # The server's thread pool may still grow by a few; a thread left for each closed tab would add three.
    assert process.num_threads() < threads + 3
    assert process.memory_info().rss <= 1.1 * memory


def test_mesas_own_page_has_a_model_for_each_session(visit: Any) -> None:
    first, second = visit("expert", film=False), visit("expert", film=False)
    for page in (first, second):
        page.get_by_text("Step: 24").wait_for()
    first.get_by_role("button", name="Step").click()
    first.get_by_text("Step: 25").wait_for()
    second.wait_for_timeout(1000)
    assert second.get_by_text("Step: 24").is_visible()
    second.get_by_role("button", name="Reset").click()
    second.wait_for_timeout(2000)
    assert second.get_by_text("Step: 24").is_visible()
    first.get_by_text("Step: 25").wait_for()
