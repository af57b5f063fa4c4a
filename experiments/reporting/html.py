"""HTML of the report: one file that loads no other, readable without colours and on paper."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

_CSS = """
body{font:16px/1.5 Georgia,serif;color:#111;background:#fff;max-width:71rem;margin:2rem auto;padding:0 1rem}
p,figcaption{max-width:62rem}h1,h2,th,caption,.notice,nav{font-family:Helvetica,Arial,sans-serif}
h1{font-size:1.7rem;margin-bottom:.2rem}
h2{font-size:1.2rem;margin-top:2.4rem;border-top:1px solid #999;padding-top:.6rem}
.notice{border-left:4px solid #111;padding:.3rem .8rem;background:#f2f2f2}
figure{margin:1.2rem 0}figure img{max-width:100%;height:auto}figcaption{font-size:.9rem;color:#333}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ccc}td:first-child,th:first-child{text-align:left}
caption{text-align:left;font-weight:bold;padding:.3rem 0}pre{white-space:pre-wrap;background:#f2f2f2;padding:.6rem}
h3{font-family:Helvetica,Arial,sans-serif;font-size:1rem;margin:1.4rem 0 .3rem}
details{border:1px solid #ccc;padding:.3rem .8rem;margin:.6rem 0}
summary{font:bold 1rem Helvetica,Arial,sans-serif;cursor:pointer}
.groups{font-size:.78rem}.groups td,.groups th{text-align:right;white-space:nowrap;padding:.2rem .35rem}
.groups th[scope=colgroup]{text-align:center}
@media print{body{max-width:none;margin:0;font-size:10pt}h2{break-after:avoid}figure,table{break-inside:avoid}}
"""


def text(value: object) -> str:
    """Return a value as escaped text of a page."""
    return html.escape(str(value))


def paragraph(value: object, kind: str = "") -> str:
    """Return a paragraph, with a class if `kind` is not empty."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{text(value)}</p>"


def section(title: str, *parts: str) -> str:
    """Return a heading, to which a page can link, and the parts below it."""
    name = "".join(character if character.isalnum() else "-" for character in title.lower())
    return f'<section id="{name}"><h2>{text(title)}</h2>{"".join(parts)}</section>'


def subsection(title: str, *parts: str) -> str:
    """Return a heading of the next level and the parts below it."""
    return f"<h3>{text(title)}</h3>{''.join(parts)}"


def folded(title: str, name: str, parts: Sequence[str], *, is_open: bool) -> str:
    """Return parts that a reader folds away under their title; name: what links on the page call them."""
    state = " open" if is_open else ""
    return f'<details id="{text(name)}"{state}><summary>{text(title)}</summary>{"".join(parts)}</details>'


def linked(words: str, name: str) -> str:
    """Return words that link to a part of the page."""
    return f'<a href="#{text(name)}">{text(words)}</a>'


def grouped_table(heads: Sequence[tuple[str, Sequence[str]]], rows: Sequence[Sequence[str]], caption: str) -> str:
    """Return a table with a head of two levels: groups, and their columns; rows hold HTML."""
    groups = "".join(f'<th scope="colgroup" colspan="{len(names)}">{text(group)}</th>' for group, names in heads)
    columns = "".join(f'<th scope="col">{text(name)}</th>' for _, names in heads for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="groups"><caption>{text(caption)}</caption>'
        f"<thead><tr>{groups}</tr><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def figure(svg: Path, caption: str, alternative: str) -> str:
    """Return a figure that holds its drawing in the page; `alternative` describes it in words."""
    content = base64.b64encode(svg.read_bytes()).decode("ascii")
    source = f"data:image/svg+xml;base64,{content}"
    return (
        f'<figure><img src="{source}" alt="{text(alternative)}"><figcaption>{text(caption)} '
        f"Files: figures/{text(svg.stem)}.pdf, .svg, .csv.</figcaption></figure>"
    )


SETTINGS = ("tau", "breadth", "visibility", "foresight", "allocation")
"""Columns of values that somebody set, beside factors by their dotted names: printed as they are."""


def table(frame: pd.DataFrame, caption: str, columns: Sequence[str] = ()) -> str:
    """Return a table of a frame; numbers to three decimals, SETTINGS and factors as set, a missing value empty."""
    shown = frame[list(columns)] if columns else frame
    names = [str(name) for name in shown.columns]
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{text(_cell(value, name))}</td>" for value, name in zip(row, names, strict=True))
        + "</tr>"
        for row in shown.itertuples(index=False, name=None)
    )
    return (
        f'<div class="scroll"><table><caption>{text(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: object, name: str) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if name in SETTINGS or "." in name:
            return f"{value:g}"
        return f"{value:.3f}" if not value.is_integer() or abs(value) < 1.0 else f"{value:.0f}"
    return str(value)


def page(title: str, sections: Sequence[str], citation: str) -> str:
    """Return the whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{_CSS}</style></head><body><h1>{text(title)}</h1>"
        '<p class="notice">A laboratory, not a forecast and not advice. Simulated governments under stated '
        "assumptions; the software takes no side.</p>"
        f"{''.join(sections)}"
        f"{section('How to cite', f'<pre>{text(citation)}</pre>')}</body></html>\n"
    )
