"""One place writes HTML: every text is escaped, and what our content policy forbids cannot be written."""

from __future__ import annotations

import ast
import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import segno

from political_moat.viz.content import policy
from political_moat.viz.content.html import Html, document, fragment, h, module_script
from political_moat.viz.content.scripts import TEACHERS, embedded_import_map, served_import_map, starting, style
from political_moat.viz.content.teachers import QUIET, ClassPage, qr_code
from political_moat.viz.recording.standalone_html import film_elements
from political_moat.viz.server import documents

VIZ = Path(policy.__file__).parents[1]
HOSTILE = "<script>alert(1)</script>\"' onload=alert(1) &amp; <svg onload=alert(1)>"


class Reader(HTMLParser):
    """Collects the elements, attributes and texts of a page as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_texts_and_values_are_read_back_as_they_were() -> None:
    read = Reader(h("p", {"title": HOSTILE}, HOSTILE, [HOSTILE, h("b", None, HOSTILE)], None))
    assert read.tags == ["p", "b"]
    assert read.attributes == [("title", HOSTILE)]
    assert read.text == 3 * HOSTILE


def test_only_html_made_here_is_not_escaped_again() -> None:
    assert h("p", None, h("b", None, "a<b")) == "<p><b>a&lt;b</b></p>"
    assert fragment("<", h("br"), "&") == "&lt;<br>&amp;"
    # Any operation on a string gives text again, so a formatted element is shown, not run.
    assert h("p", None, f"{h('b', None, 'x')}") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_attributes_may_be_absent_or_without_a_value() -> None:
    assert h("option", {"selected": True, "value": 0, "class": None, "disabled": False}) == (
        '<option selected value="0"></option>'
    )


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("script", {}),
        ("style", {}),
        ("p onload=alert(1)", {}),
        ("p", {"onclick": "alert(1)"}),
        ("p", {"x onload": "alert(1)"}),
        ("p", {"style": "color:red"}),
        ("img", {"src": "x"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("a", {"href": "//evil.example"}),
        ("a", {"href": "https://evil.example"}),
        ("a", {"href": "?a\njavascript:"}),
    ],
)
def test_what_the_policy_forbids_cannot_be_written(tag: str, attributes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not possible|stays on the page"):
        h(tag, attributes)


def test_a_document_escapes_its_title_and_holds_no_script() -> None:
    page = document(HOSTILE, style("document"), fragment(HOSTILE))
    read = Reader(page)
    assert set(read.tags) == {"html", "head", "meta", "link", "title", "style", "body"}
    assert policy.inline_scripts(page) == []


@pytest.mark.parametrize("folder", ["explorer", "server", "session", "content", "recording"])
def test_no_other_file_writes_a_tag_around_a_value(folder: str) -> None:
    # The two that write a film into a page write its data as JSON and our own scripts; they are tested below.
    exempt = {"html.py", "standalone_html.py", "preloaded_film.py", "app.py"}
    for path in sorted((VIZ / folder).glob("*.py")):
        if path.name in exempt:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                literal = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
                assert "<" not in literal, (path.name, node.lineno)


def test_a_film_cannot_end_the_element_that_holds_its_data() -> None:
    about = {"notice": "</script><script>alert(1)</script><!--"}
    read = Reader(film_elements('{"x": "</script>"}', about, []))
    assert read.tags == ["script", "script"]
    assert "alert(1)" in read.text


def test_a_policy_admits_a_script_by_the_hash_of_its_text() -> None:
    page = '<script>let a = "é";</script><script src="x.js"></script><script type="application/json">{}</script>'
    (text,) = policy.inline_scripts(page)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    rules = policy.of_app([text])
    assert f"'sha256-{digest}'" in rules
    scripts = next(rule for rule in rules.split("; ") if rule.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "https:" not in rules
    assert "*" not in rules


def test_plain_pages_and_standalone_files_may_load_and_run_only_their_own() -> None:
    plain = policy.of_plain_page(style("document"))
    assert plain.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in plain
    assert "unsafe" not in plain
    for page in (documents.glossary(), documents.results(None, "")[1]):
        assert isinstance(page, Html)
        assert policy.inline_scripts(page) == []
        assert f"<style>{style('document')}</style>" in page
    assert "unsafe" not in policy.of_file((embedded_import_map(), starting("playStandalone")), style())


def test_the_page_for_teachers_runs_our_modules_alone() -> None:
    names = served_import_map("/moat", TEACHERS)
    shown = ClassPage(["http://192.0.2.10/<img>"], "x", {"realistic": "a", "sleeve": "b", "crash": "<i>c"}, False, True)
    page = documents.teachers(shown, names, "/modules/1/teachers.js")
    assert policy.inline_scripts(page) == [names]
    assert "<img>" not in page
    assert "<i>" not in page
    rules = policy.of_teachers_page(names, style("document")).split("; ")
    assert f"script-src 'self' {policy.source_of(names)}" in rules
    assert "connect-src 'self'" in rules
    assert "unsafe" not in " ".join(rules)
    for address in ("//evil.example/x.js", "https://evil.example/x.js", 'x" onload="', "/a b.js"):
        with pytest.raises(ValueError, match="comes from the page"):
            module_script("{}", address)
    with pytest.raises(ValueError, match="comes from the page"):
        module_script("</script>", "/x.js")


def test_a_qr_code_is_read_as_the_address() -> None:
    text = "http://192.0.2.10:8765/"
    drawing = qr_code(text)
    dark = {(int(x) - QUIET, int(y) - QUIET) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawing)}
    rows, others = (segno.make(content, micro=False).matrix for content in (text, text.replace("2", "3")))
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert dark != {(x, y) for y, row in enumerate(others) for x, module in enumerate(row) if module}
    assert f'viewBox="0 0 {len(rows) + 2 * QUIET} {len(rows) + 2 * QUIET}"' in drawing
