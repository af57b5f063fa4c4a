"""The application in its own process, without a socket: which names, paths and files it answers for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = r"""
import asyncio, json, os, socket, sys, traceback, types
from pathlib import Path

import requests

fetched = []

def no_fetch(url, **_):
    fetched.append(url)
    raise requests.ConnectionError("the test has no network")

def no_network(*_):
    raise AssertionError("the network was touched")

requests.get = no_fetch
socket.socket.connect = socket.socket.connect_ex = no_network

from political_moat.viz.server import app, assets
from political_moat.viz.server.hosts import names_of
from political_moat.viz.server.visitors import Visitors

place, root_path, tasks = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
app.configure(root_path)
whole = app.application(app.Settings(names_of("127.0.0.1", ()), None, root_path, Visitors(2)))

import solara.server.cdn_helper
import solara.server.settings

cache = place / "cdn"
solara.server.settings.assets.proxy_cache_dir = cache
solara.server.cdn_helper.time = types.SimpleNamespace(sleep=lambda _: None)  # it waits between attempts
assets.offline = lambda: False

async def ask(method, path, query="", headers=(), kind="http"):
    answers = []
    incoming = [{"type": "http.request", "body": b""} if kind == "http" else {"type": "websocket.connect"}]
    async def receive():
        return incoming.pop() if incoming else await asyncio.Event().wait()
    async def send(message):
        answers.append(message)
    own = [[b"host", b"127.0.0.1:8765"], *([a.encode(), b.encode()] for a, b in headers)]
    own = own[1:] if any(name == b"host" for name, _ in own[1:]) else own
    await whole({
        "type": kind, "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": own, "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8765), "subprotocols": [],
    }, receive, send)
    first = answers[0]
    body = b"".join(message.get("body", b"") for message in answers[1:])
    return {
        "status": first.get("status", first["type"]), "text": body[:40_000].decode("utf-8", "replace"),
        "headers": {a.decode(): b.decode() for a, b in first.get("headers", [])},
    }

async def main():
    queue = asyncio.Queue()
    started = asyncio.Event()
    async def send(message):
        started.set()
    await queue.put({"type": "lifespan.startup"})
    life = asyncio.create_task(whole({"type": "lifespan", "asgi": {"version": "3.0"}}, queue.get, send))
    await started.wait()
    sheet = next(name for name in assets._named(root_path) if name.endswith("fonts.css"))
    package = sheet.rpartition("/")[0]
    (cache / package).mkdir(parents=True)
    sources = "url(installed.woff2), url('wanted.woff2?v=1'), url(linked.woff2), url(folder.woff2), url(../../out)"
    (cache / sheet).write_text(f"@font-face {{ src: {sources} }}")
    (cache / package / "folder.woff2").mkdir()
    (cache / package / "folder.woff2" / "kept.txt").write_text("Solara's proxy would delete a folder")
    (cache / package / "installed.woff2").write_text("font")
    (cache / package / "unnamed.js").write_text("alert(1)")
    (place / "secret.txt").write_text("secret")
    (cache / package / "linked.woff2").symlink_to(place / "secret.txt")
    results = []
    for task in tasks:
        before = len(fetched)
        task["path"] = task["path"].replace("PACKAGE", package)
        answer = await asyncio.wait_for(ask(**task), 30)
        results.append({**answer, "path": task["path"], "fetched": fetched[before:]})
    files = sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file())
    solara = [assets.solara_scripts(root_path), *(sorted(f(root_path)) for f in (assets._named, assets.extensions))]
    page = assets.solara_page(root_path)
    print("RESULT" + json.dumps({"answers": results, "files": files, "solara": solara, "page": page}))
    sys.stdout.flush()

try:
    asyncio.get_event_loop_policy().new_event_loop().run_until_complete(main())
except BaseException:
    traceback.print_exc()
finally:
    os._exit(0)  # Solara's threads would wait
"""

CDN = "/_solara/cdn/"
OWN = [
    {"method": "GET", "path": f"{CDN}PACKAGE/fonts.css"},
    {"method": "GET", "path": f"{CDN}PACKAGE/installed.woff2", "query": "v=1"},
]
WANTED = [{"method": "GET", "path": f"{CDN}PACKAGE/wanted.woff2"}]
FOREIGN = [
    {"method": "GET", "path": path}
    for path in (
        f"{CDN}jquery@3.7.1/dist/jquery.js",
        f"{CDN}PACKAGE/unnamed.js",
        f"{CDN}PACKAGE/absent.woff2",
        f"{CDN}PACKAGE/linked.woff2",
        f"{CDN}PACKAGE/folder.woff2",
        f"{CDN}PACKAGE/folder.woff2/kept.txt",
        f"{CDN}PACKAGE/../../../../secret.txt",
        f"{CDN}PACKAGE/fonts.css/../unnamed.js",
        f"{CDN}PACKAGE//fonts.css",
        f"{CDN}PACKAGE\\fonts.css",
        f"{CDN}PACKAGE",
        f"{CDN}PACKAGE/",
        f"{CDN}/etc/passwd",
        f"{CDN}../../../../etc/passwd",
        CDN,
        "/_solara/cdn",
        "/resourcez",
        "/readyz",
        "/jupyter/api/kernels/abc",
        "/jupyter/nbextensions/other/extension.js",
        "/jupyter/nbextensions/../secret.txt",
        "/static/public/secret.txt",
        "/static/../secret.txt",
        "/_solara/api/evict/5949f5d4-7f71-407b-a1ff-703501e945e9",
        "/nothing",
        "/expert/more",
    )
]
OTHERS: list[dict[str, Any]] = [
    {"method": "GET", "path": "/", "query": "x=<script>alert(1)</script>", "headers": [["script-name", "//evil.net"]]},
    {"method": "GET", "path": "/expert", "headers": [["x-script-name", "/evil"], ["x-forwarded-proto", "gopher"]]},
    {"method": "GET", "path": "/teachers"},
    {"method": "GET", "path": "/teachers", "headers": [["host", "evil.example"]]},
    {"method": "PUT", "path": "/teachers"},
    {"method": "GET", "path": "/", "query": "a" * 7000},
    {"method": "POST", "path": "/_solara/api/close/5949f5d4-7f71", "query": "session_id=x", "headers": []},
    {
        "method": "POST", "path": "/_solara/api/close/5949f5d4-7f71", "query": "session_id=x",
        "headers": [["origin", "http://evil.example"]],
    },
    {
        "method": "GET", "path": "/jupyter/api/kernels/5949f5d4-7f71/channels", "query": "session_id=3659581a-9169",
        "headers": [["origin", "http://evil.example"]], "kind": "websocket",
    },
    {
        "method": "GET", "path": "/jupyter/api/kernels/5949f5d4-7f71/channels", "query": "session_id=3659581a-9169",
        "headers": [["host", "evil.example"]], "kind": "websocket",
    },
    {"method": "GET", "path": "/jupyter/api/kernels/5949f5d4-7f71/other", "kind": "websocket"},
]  # fmt: skip


def run(place: Path, root_path: str, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    command = [sys.executable, "-c", SCRIPT, str(place), root_path, json.dumps(tasks)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert "RESULT" in done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.partition("RESULT")[2])


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run(tmp_path_factory.mktemp("place"), "", [*OWN, *WANTED, *FOREIGN, *OTHERS])


def test_files_that_the_page_names_are_served_from_the_install(answered: dict[str, Any]) -> None:
    own = answered["answers"][: len(OWN)]
    assert [answer["status"] for answer in own] == [200, 200]
    assert [answer["fetched"] for answer in own] == [[], []]


def test_a_file_that_the_page_names_and_that_is_missing_is_the_only_one_fetched(answered: dict[str, Any]) -> None:
    (wanted,) = answered["answers"][len(OWN) : len(OWN) + len(WANTED)]
    assert wanted["status"] == 404  # the test has no network
    assert {url.rpartition("/")[2] for url in wanted["fetched"]} == {"wanted.woff2"}


def test_nothing_else_is_fetched_cached_or_served(answered: dict[str, Any]) -> None:
    foreign = answered["answers"][len(OWN) + len(WANTED) :][: len(FOREIGN)]
    for answer in foreign:
        assert (answer["status"], answer["fetched"]) == (404, []), answer["path"]
        assert "secret" not in answer["text"]
    assert sorted(Path(name).name for name in answered["files"]) == [
        "fonts.css", "installed.woff2", "kept.txt", "linked.woff2", "unnamed.js",
    ]  # fmt: skip


def test_the_page_names_exact_versions_and_known_extensions(answered: dict[str, Any]) -> None:
    scripts, named, extensions = answered["solara"]
    assert len(scripts) > 3
    assert 4 <= len(named) <= 12
    assert all(name.partition("/dist/")[0].rpartition("@")[2][0].isdigit() for name in named if "/dist/" in name)
    assert {"anywidget", "jupyter-vue", "jupyter-vuetify"} <= set(extensions)


def test_pages_names_methods_and_sizes(answered: dict[str, Any]) -> None:
    app, expert, teachers, foreign, put, long, close, cross, *sockets = answered["answers"][-len(OTHERS) :]
    for page in (app, expert):
        assert page["status"] == 200
        assert "evil" not in page["text"]
        assert "<script>alert(1)" not in page["text"]
        scripts = next(r for r in page["headers"]["content-security-policy"].split("; ") if r.startswith("script-src"))
        assert "'unsafe-inline'" not in scripts
        assert scripts.count("'sha256-") > 3
    assert app["headers"]["content-security-policy"] == expert["headers"]["content-security-policy"]
    assert [answer["status"] for answer in (teachers, foreign, put, long, close, cross)] == [
        200,
        400,
        405,
        414,
        200,
        400,
    ]
    rules = teachers["headers"]["content-security-policy"]
    assert "script-src 'self' 'sha256-" in rules
    assert "unsafe" not in rules
    assert [answer["status"] for answer in sockets] == ["websocket.close"] * 3
    for answer in (app, teachers, foreign, close):
        assert answer["headers"]["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer["headers"]["content-security-policy"]


def test_behind_a_prefix_every_address_of_the_page_begins_with_it(tmp_path: Path) -> None:
    paths = (
        "/moat/teachers",
        "/moat/",
        "/teachers",
        "/moat/static/assets/style.css",
        "/moat/_solara/cdn/x.js",
        "/moatx",
    )
    tasks = [{"method": "GET", "path": path, "query": "x=1" if path == "/moat/" else ""} for path in paths]
    result = run(tmp_path, "/moat", tasks)
    assert [answer["status"] for answer in result["answers"]] == [200, 200, 200, 200, 404, 404]
    page = result["page"]
    for address in ('"/static', '"/_solara', '"/jupyter'):
        assert address not in page
    assert '"/moat/_solara/cdn/' in page
