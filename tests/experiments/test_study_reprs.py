"""What a study prints, and shows in a notebook: correct, escaped, and of any folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from damaged_folders import DAMAGE, everything
from results_folders import LITTLE, finished

from political_moat import Study
from political_moat.agents.notebook_table import LEFT
from political_moat.experiments import study_text
from political_moat.experiments.storage import provenance

FACTORS = "grid over breadth, visibility, office rent (2 design points, 3 paired replicates)"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return finished(LITTLE, tmp_path_factory.mktemp("little") / "out")


def test_a_study_prints_design_progress_and_folder(done: Study, tmp_path: Path) -> None:
    new = Study.from_text(LITTLE, tmp_path / "out")
    assert repr(new) == f"<Study 'little' in {tmp_path / 'out'}: {FACTORS}; not started>"
    assert repr(done) == f"<Study 'little' in {done.path}: {FACTORS}; 6 of 6 replicates done, finished>"
    assert done.progress == ("finished", "6 of 6 replicates done")
    larger = Study.from_text(LITTLE.replace("min = 3", "min = 5"), done.path)
    assert str(larger.progress) == "6 of 10 replicates done, not finished"
    assert not (tmp_path / "out").exists()


def test_a_notebook_shows_every_factor_with_its_unit(done: Study) -> None:
    table = done._repr_html_().replace(LEFT, "")
    for row in (
        "<tr><th>model</th><td>preset calibrated, protocol stress, 200 voters</td></tr>",
        "<tr><th>factor exposure.breadth</th><td>0, 0.3 (share of voters)</td></tr>",
        "<tr><th>replicates</th><td>3 paired replicates</td></tr>",
        "<tr><th>progress</th><td>6 of 6 replicates done</td></tr>",
        "<tr><th>state</th><td>finished</td></tr>",
        "<tr><th>tables</th><td>runs, cycles, points, summary</td></tr>",
    ):
        assert row in table
    assert "<tr><th>title</th>" not in table


def test_a_notebook_shows_ranges_lists_and_settings(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("party.office_rent,market.jump_probability\n1,0.02\n2,0.03\n")
    text = '[study]\nname = "two"\n[design]\nkind = "list"\nfile = "points.csv"\n[replicates]\nmin = 2\nmax = 8\n'
    text += 'stop = { outcome = "reversed", contrast = "exposure.breadth", mcse = 0.1 }\n'
    text += '[factors."exposure.breadth"]\nlevels = [0, 0.3]\n[model]\nset = { "market.crash_month" = 40 }\n'
    (tmp_path / "two.toml").write_text(text)
    table = Study.from_toml(tmp_path / "two.toml")._repr_html_().replace(LEFT, "")
    assert "<tr><th>factor party.office_rent</th><td>values of points.csv</td></tr>" in table
    assert "<tr><th>set</th><td>market.crash_month = 40</td></tr>" in table
    assert "<td>2 to 8 paired replicates</td>" in table
    sampled = '[study]\nname = "s"\n[design]\nkind = "lhs"\nsamples = 4\n[replicates]\nmin = 2\n'
    sampled += '[factors."market.jump_probability"]\nlow = 0.01\nhigh = 0.02\n'
    assert "<td>0.01 to 0.02 (" in Study.from_text(sampled, tmp_path / "s")._repr_html_().replace(LEFT, "")


def test_hostile_names_are_escaped_and_stay_on_one_line(tmp_path: Path) -> None:
    text = LITTLE.replace('name = "little"', 'name = "little"\ntitle = "<img src=x onerror=alert(1)>"')
    study = Study.from_text(text, tmp_path / "<script>a\nb\udcff")
    table = study._repr_html_().replace(LEFT, "")
    assert "<script" not in table
    assert "<img" not in table
    assert "&lt;img src=x" in table
    assert "\n" not in repr(study)
    repr(study).encode()
    table.encode()


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "row altered"])
def test_a_damaged_folder_prints_and_stays_as_it_is(done: Study, damage: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done.path, out)
    study = Study.from_text(LITTLE, out)
    DAMAGE[damage](out)
    before = everything(out)
    text, table = repr(study), study._repr_html_().replace(LEFT, "")
    assert text.startswith("<Study 'little' in ")
    assert "\n" not in text
    assert table.endswith("</table>")
    assert everything(out) == before


def test_a_damaged_ledger_is_named(done: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done.path, out)
    (out / "ledger.sqlite").write_bytes(b"notes" * 1000)
    assert f"unreadable: {out / 'ledger.sqlite'} is damaged" in repr(Study.from_text(LITTLE, out))


def test_large_studies_and_those_of_other_code_show_their_runs(done: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_text, "MOST_COUNTED", 5)
    assert str(done.progress) == "18 runs recorded, moat status counts what is missing"
    monkeypatch.setattr(provenance, "code_hash", lambda: "0" * 64)
    assert str(done.progress) == "18 runs recorded, made with other code, nothing can be added"


def test_a_fault_of_any_kind_is_text(done: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise RuntimeError("no\nhash")

    monkeypatch.setattr(provenance, "code_hash", fail)
    assert str(done.progress) == "unreadable: RuntimeError: no\N{REPLACEMENT CHARACTER}hash"


def test_printing_a_study_that_has_not_started_loads_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; from political_moat import Study; "
        f"repr(Study.from_text({LITTLE!r}, {str(tmp_path / 'out')!r})); "
        "print([name for name in ('mesa', 'numba', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
