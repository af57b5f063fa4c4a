"""`moat site`: the same bytes for any workers, resumed after Ctrl-C, and careful with what is already there."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.execution.progress import Progress
from political_moat.viz.atlas import build as building
from political_moat.viz.atlas.packs import script_bytes, unpack
from political_moat.viz.atlas.plan import MOST_BYTES, Plan
from political_moat.viz.atlas.site import site
from political_moat.viz.recording.film import film
from political_moat.viz.recording.replicates import replicates as recorded_replicates
from political_moat.viz.recording.replicates import replicates_message
from political_moat.viz.scenario import from_fields

SMALL: dict[str, Any] = {"presets": ["realistic,history"], "voters": 300, "films": 2, "maps": False}
INDEX = re.compile(r'<script type="application/json" id="moat-atlas">(.*?)</script>')


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def index_of(folder: Path) -> Any:
    return json.loads(INDEX.search((folder / "index.html").read_text(encoding="utf-8"))[1])  # type: ignore[index]


def recording(folder: Path, name: str) -> Any:
    return unpack(script_bytes((folder / "data" / f"{name}.js").read_text(encoding="ascii")))


def test_two_workers_write_the_same_bytes(atlas: Path, swept: Path, tmp_path: Path) -> None:
    again = tmp_path / "atlas"
    said = site(again, results=[swept], workers=2, packed=True, **SMALL)
    assert files_of(again) == files_of(atlas)
    assert again.with_name("atlas.zip").read_bytes() == atlas.with_name("atlas.zip").read_bytes()
    assert said.startswith(f"{again / 'index.html'}: 2 presets, 3 films, ")
    assert not again.with_name("atlas.unfinished").exists()


def test_the_zip_holds_the_folder(atlas: Path) -> None:
    with zipfile.ZipFile(atlas.with_name("atlas.zip")) as packed:
        held = {name.removeprefix("atlas/"): packed.read(name) for name in packed.namelist()}
    assert held == files_of(atlas)


def test_a_film_is_that_of_the_page(atlas: Path) -> None:
    scenario = from_fields(Plan((), 300).fields("realistic"))
    answers = recording(atlas, "realistic")["film"]
    assert answers[0].message["fields"] == scenario.fields()
    assert answers[0].message["scene"] == "realistic"
    chunks = [(answer.message["content"], answer.buffers) for answer in answers[1:]]
    assert chunks == [(json.loads(json.dumps(chunk.content)), chunk.buffers) for chunk in film(scenario)]


def test_the_hundred_pairs_are_those_of_the_page(atlas: Path) -> None:
    scenario = from_fields(Plan((), 300).fields("realistic"))
    rows = [row for block in range(10) for row in recorded_replicates(scenario, block)]
    answers = recording(atlas, "realistic-hundred")['{"type":"replicates"}']
    assert [answer.message["type"] for answer in answers] == ["replicates", "fans"]
    assert answers[0].message == json.loads(json.dumps(replicates_message(rows, scenario)))


def test_the_index_names_every_data_file_and_nothing_else(atlas: Path) -> None:
    index = index_of(atlas)
    named = {
        name for scene in index["scenes"].values() for name in (*scene["films"].values(), *scene["answers"].values())
    }
    assert {file.stem for file in (atlas / "data").iterdir()} == named
    assert index["first"] == "realistic"
    assert set(index["scenes"]["realistic"]["films"]) == {"29", "0"}
    assert set(index["scenes"]["history"]["answers"]) == set()


def test_no_file_names_this_machine(atlas: Path, swept: Path) -> None:
    for name, content in files_of(atlas).items():
        for place in (Path.home(), atlas.parent, swept.parent):
            assert str(place).encode() not in content or str(place) == "/", name


def test_the_gallery_shows_hostile_names_as_text(atlas: Path) -> None:
    pages = [atlas / "gallery" / "index.html", atlas / "gallery" / "1" / "index.html"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<img" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_every_link_of_a_plain_page_leads_to_a_file(atlas: Path) -> None:
    pages = [page for page in atlas.rglob("*.html") if page != atlas / "index.html"]
    assert len(pages) > 5
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<form" not in text
        assert "<script" not in text
        for target in re.findall(r'href="([^"]*)"', text):
            assert target.startswith(("./", "../"))
            assert (page.parent / target.partition("?")[0]).is_file(), (page, target)


def test_ctrl_c_leaves_finished_presets_and_the_same_command_goes_on(
    atlas: Path, swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "atlas"

    def pressed(self: Progress, *, failed: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "advance", pressed)
        with pytest.raises(KeyboardInterrupt):
            site(out, results=[swept], workers=1, **SMALL)
    assert not out.exists()
    work = out.with_name("atlas.unfinished")
    plan = Plan(("realistic", "history"), 300, 2, False)
    left = building.missing(work, plan)
    assert len(left) < 2
    site(out, results=[swept], workers=1, **SMALL)
    assert files_of(out) == files_of(atlas)
    assert not work.exists()


def test_an_unfinished_atlas_of_another_request_is_not_mixed_in(tmp_path: Path) -> None:
    out = tmp_path / "atlas"
    finished = out.with_name("atlas.unfinished") / "finished"
    finished.mkdir(parents=True)
    (finished.parent / "atlas.json").write_text('{"made_by": "moat site", "identity": "other"}')
    (finished / "history.json").write_text("{}")
    site(out, presets=["history"], voters=300, maps=False, workers=1)
    assert index_of(out)["scenes"]["history"]["films"] == {"29": "history"}
    assert set(recording(out, "history")) == {"film", '{"type":"moved"}'}


def test_a_folder_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(UserError, match=r"is not empty and holds no atlas; choose another folder$"):
        site(tmp_path, replace=True, **SMALL)
    (tmp_path / "atlas.json").write_text("[]")
    with pytest.raises(UserError, match=r"is not empty and holds no atlas; choose another folder$"):
        site(tmp_path, replace=True, **SMALL)
    with pytest.raises(UserError, match=r"is not a folder; choose another one$"):
        site(tmp_path / "thesis.doc", replace=True, **SMALL)
    assert (tmp_path / "thesis.doc").read_text() == "years of work"


def test_an_atlas_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "atlas"
    out.mkdir()
    (out / "atlas.json").write_text('{"made_by": "moat site"}')
    (tmp_path / "atlas.zip").write_text("old")
    with pytest.raises(UserError, match=r"holds an atlas; --replace writes it anew$"):
        site(out, presets=["history"], voters=300, maps=False)
    (out / "atlas.json").unlink()
    with pytest.raises(UserError, match=r"atlas.zip exists; --replace writes it anew$"):
        site(out, presets=["history"], voters=300, maps=False, packed=True)
    site(out, presets=["history"], voters=300, maps=False, workers=1, packed=True, replace=True)
    assert zipfile.is_zipfile(tmp_path / "atlas.zip")


def test_a_foreign_folder_in_the_way_is_kept(tmp_path: Path) -> None:
    work = tmp_path / "atlas.unfinished"
    work.mkdir()
    (work / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is in the way"):
        site(tmp_path / "atlas", presets=["history"], voters=300, maps=False)
    assert (work / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"films": 0}, {"presets": ["no"]}])
def test_mistakes_are_one_line_and_write_nothing(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        site(tmp_path / "atlas", **{**SMALL, **wrong})
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_results_folder_that_cannot_be_shown_is_refused_first(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        site(tmp_path / "atlas", results=[tmp_path / "nothing"], **SMALL)
    assert not (tmp_path / "atlas.unfinished").exists()


def test_the_films_of_all_presets_fit() -> None:
    assert Plan(()).film_bytes * 21 < MOST_BYTES
