"""HTML tables of notebooks: every text is escaped, short and on one line."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.notebook_table import MOST_CHARACTERS, notebook_table, one_line


class Reader(HTMLParser):
    """Collects the tags of a text, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert attrs in ([], [("style", "text-align: left")])
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(st.lists(st.text(min_size=1), min_size=3, max_size=3))
def test_no_text_becomes_a_tag(texts: list[str]) -> None:
    caption, name, value = texts
    page = Reader(notebook_table(caption, [(name, value)]))
    assert page.tags == ["table", "caption", "tbody", "tr", "th", "td"]
    assert "".join(page.texts) == "".join(map(one_line, texts))


def test_a_table_has_a_head_only_where_it_is_named() -> None:
    page = Reader(notebook_table("a & b", [("<script>", 1, None)], ("name", "value", "other")))
    assert page.tags == ["table", "caption", "thead", "tr", "th", "th", "th", "tbody", "tr", "th", "td", "td"]
    assert page.texts == ["a & b", "name", "value", "other", "<script>", "1", "None"]


def test_long_and_broken_texts_are_cut_and_repaired() -> None:
    assert (
        one_line("a\nb\x1b[31m\udcff")
        == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"
    )
    assert len(one_line("x" * 10_000)) == MOST_CHARACTERS
