"""The site is built strictly, and read from its folder in Debian's chromium: no network, no violation of axe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.documents
ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
TAGS = ("a", "blockquote", "em", "h1", "h2", "h3", "h4", "img", "li", "ol", "pre", "strong", "table", "tr", "ul")
KINDS = (
    "index.html",
    "notebooks/first-result.html",
    "notebooks/sweep-to-table.html",
    "notebooks/own-rule.html",
    "running.html",
    "reference/api.html",
    "reference/cli.html",
    "odd.html",
    "result.html",
    "glossary.html",
)
"""A page or more of each kind."""
PAGES = sorted(
    [*ROOT.glob("docs/**/*.md"), *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "benchmarks/README.md"))]
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; every warning of mkdocs is an error."""
    pytest.importorskip("material")
    out = tmp_path_factory.mktemp("site") / "built"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield launched
        launched.close()


@pytest.fixture
def read(browser: Any, site: Path) -> Iterator[Any]:
    """Open a page of the folder in a fresh profile. An error of the page or a request to a host fails the test."""
    contexts, requests, wrong = [], [], []

    def opened(page: str, width: int = 1280, scheme: str = "light") -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        tab = contexts[-1].new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.goto((site / page).as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
    assert requests
    assert [request for request in requests if not request.startswith(("file://", "data:", "blob:"))] == []


@pytest.fixture(scope="session")
def axe() -> str:
    module = pytest.importorskip("axe_playwright_python")
    return Path(module.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    loads = re.compile(r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//|<link[^>]*\shref=\"?(?:https?:)?//")
    assert [page.name for page in pages if loads.search(page.read_text(encoding="utf-8"))] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", styles)


def test_no_page_can_be_edited_in_a_repository_that_does_not_exist(site: Path) -> None:
    assert not any("md-source" in page.read_text(encoding="utf-8") for page in site.rglob("*.html"))


@pytest.mark.parametrize("page", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_violation(read: Any, axe: str, page: str, width: int, scheme: str) -> None:
    tab = read(page, width, scheme)
    assert tab.evaluate("document.body.dataset.mdColorScheme") == ("slate" if scheme == "dark" else "default")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(axe)
    violations = tab.evaluate("axe.run({ preload: false })")["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations] == []


def test_the_search_works_from_a_folder(read: Any) -> None:
    tab = read("index.html")
    # By keys: the page searches when a key goes up; what is put in at once is found only if its focus event comes late.
    tab.get_by_role("textbox", name="Search").press_sequentially("simultaneous bands")
    found = tab.locator(".md-search-result__item a").first
    found.wait_for(state="visible", timeout=30_000)
    assert "Simultaneous bands" in found.inner_text() + tab.locator(".md-search-result__list").inner_text()
    found.click()
    tab.wait_for_url("**/*.html*h=*")
    assert "imultaneous" in tab.locator("article").inner_text()


@pytest.mark.parametrize("notebook", sorted(ROOT.glob("docs/notebooks/*.py")), ids=lambda path: path.stem)
def test_a_notebook_is_rendered_with_its_outputs(site: Path, notebook: Path) -> None:
    page = (site / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf-8")
    figures = re.findall(rf'<img alt="([^"]+)" src="({notebook.stem}-\d\.(?:png|svg))"', page)
    assert figures
    for description, name in figures:
        assert description != "output of the cell above"
        assert (site / "notebooks" / name).stat().st_size > 2000
    assert len(re.findall(r'class="(?:[\w-]+ )*output[" ]', page)) >= 2


class _Tags(HTMLParser):
    """Counts tags, without the links that the site adds to headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in TAGS and dict(attrs).get("class") != "headerlink":
            self.count[tag] += 1


def test_pages_have_the_same_parts_on_the_site_as_in_the_repository() -> None:
    """Python-Markdown reads some lists and emphases unlike CommonMark, by which repositories show files."""
    markdown = pytest.importorskip("markdown")
    commonmark = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    config = pytest.importorskip("mkdocs.config").load_config(str(ROOT / "mkdocs.yml"))
    differences = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        converted = markdown.markdown(text, extensions=config.markdown_extensions, extension_configs=config.mdx_configs)
        here, there = _Tags(converted).count, _Tags(commonmark.render(text)).count
        if here != there:
            differences[page.name] = {tag: (here[tag], there[tag]) for tag in TAGS if here[tag] != there[tag]}
    assert differences == {}
