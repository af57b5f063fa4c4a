"""The report: one offline page with every error, print figures with their data, LaTeX that is whole."""

from __future__ import annotations

import base64
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from alterations import rewrite_checksums
from results_folders import run_here

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols.mediation.shapley import mediation_table
from political_moat.experiments.protocols.prior_mass.summary import prior_mass_table
from political_moat.experiments.reporting.figures.curves import crash_figure, crash_table, incidence_of_term
from political_moat.experiments.reporting.figures.single_run import run_story
from political_moat.experiments.reporting.figures.style import DOUBLE, SINGLE
from political_moat.experiments.reporting.latex import escape, grouped, interval, share, signed, tabular
from political_moat.experiments.reporting.report import build_report
from political_moat.experiments.statistics.mean_bands import max_t_band_of_means
from political_moat.experiments.statistics.sensitivity import morris_table
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.model.parameters.tree import Parameters

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small results folder with everything beside it that a report can show."""
    folder = tmp_path_factory.mktemp("report") / "results"
    run_here(study_of_run(replicates=12, voters=300, breadths="0,.3,.6"), folder)
    bits = [f"{n:04b}" for n in range(16)]
    names = ("deterrence", "replacement", "convergence", "inertia")
    rng = np.random.default_rng(1)
    rows = []
    for r in range(20):
        for arm in ("zero", *bits):
            state = dict(zip(names, map(int, arm), strict=True)) if arm != "zero" else dict.fromkeys(names, 0)
            event = int(rng.random() < 0.5 - 0.3 * state["deterrence"])
            rows.append({"replicate": r, "arm": arm, **state, "reversed": event, "restricted": event})
    mediation_table(pd.DataFrame(rows), ("reversed", "restricted")).to_csv(folder / "mediation.csv", index=False)
    draws = pd.DataFrame({"point": range(9), "n": 30, "calibrated": [1] * 8 + [0]})
    for event in ("reversed", "restricted"):
        draws[f"{event}_gained"], draws[f"{event}_lost"] = 1, range(9)
    draws.to_csv(folder / "prior_mass_draws.csv", index=False)
    prior_mass_table(draws).to_csv(folder / "prior_mass.csv", index=False)
    places = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3], [1 / 3, 1.0], [1.0, 1.0], [1.0, 1 / 3]])
    table = morris_table(places, places @ [1.0, -2.0], ["party.office_rent", "polls.blind_share"], outcome="reversed")
    table.to_csv(folder / "sensitivity.csv", index=False)
    rewrite_checksums(folder)
    build_report(folder)
    return folder


class Page(HTMLParser):
    """What a page would load, and whether its tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.pictures_without_words = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.sources += [str(given[name]) for name in ("src", "href", "data") if name in given]
        self.pictures_without_words += tag == "img" and not given.get("alt")
        if tag not in ("meta", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(folder: Path) -> tuple[Page, str]:
    page, text = Page(), (folder / "report.html").read_text(encoding="utf-8")
    page.feed(text)
    return page, text


def test_the_page_loads_nothing_and_is_well_formed(made: Path) -> None:
    page, text = read(made)
    assert page.open == []
    assert page.sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.sources)
    outside = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    assert not re.search(r"https?://|@import|url\(|<script", outside)
    assert page.pictures_without_words == 0


def test_the_pictures_in_the_page_are_the_files_beside_it(made: Path) -> None:
    page, _ = read(made)
    drawn = {path.read_bytes() for path in (made / "figures").glob("*.svg")}
    for source in page.sources:
        assert base64.b64decode(source.split(",", 1)[1]) in drawn


def test_the_statements_name_verdict_thresholds_errors_seed_and_versions(made: Path) -> None:
    page, _ = read(made)
    words = " ".join(page.words)
    manifest = json.loads((made / "manifest.json").read_text())
    for wanted in (
        *("At visibility 1:", "Monte Carlo error", "x10 of back to extreme care at visibility 1", "largest"),
        *(
            "x50 of back to extreme care at visibility 1",
            "n = 12 paired replicates",
            manifest["code_hash"][:16],
            "seed 20250807",
            f"numba {manifest['versions']['numba']}",
        ),
        *("A laboratory, not a forecast and not advice", "After a crash and in calm: "),
    ):
        assert wanted in words


def test_figures_are_print_size_with_pdf_svg_and_their_data(made: Path) -> None:
    names = {path.stem for path in (made / "figures").glob("*.csv")} - {"dose-response"}
    assert {"phase-map", "incidence", "gap-and-level", "mediation", "prior-mass", "sensitivity", "one-run"} <= names
    for name in names:
        svg = (made / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        width = float(re.search(r'<svg[^>]* width="([0-9.]+)pt"', svg).group(1))  # type: ignore[union-attr]
        assert min(abs(width / 72 * 25.4 - mm) for mm in (SINGLE, DOUBLE)) < 0.5
        assert (made / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert len(pd.read_csv(made / "figures" / f"{name}.csv")) > 0


def test_the_report_is_the_same_bytes_again_and_its_checksums_hold(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    before = {
        p.relative_to(made): p.read_bytes()
        for p in made.rglob("*")
        if p.is_file() and p.suffix in (".html", ".svg", ".tex", ".pdf")
    }
    build_report(copy)
    assert {name: (copy / name).read_bytes() for name in before} == before
    assert verify_checksums(copy) == []


def test_tables_in_latex_are_whole(made: Path) -> None:
    for name in ("dose-response", "mediation", "prior-mass", "sensitivity"):
        text = (made / "tables" / f"{name}.tex").read_text(encoding="utf-8")
        assert text.count("\\begin{") == text.count("\\end{") == 2
        lines = text.split("\\midrule")[1].split("\\bottomrule")[0].strip().splitlines()
        body = [line for line in lines if line != "\\addlinespace"]
        columns = len(re.search(r"\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\}", text).group(1))  # type: ignore[union-attr]
        assert body
        assert all(len(re.findall(r"(?<!\\)&", line)) == columns - 1 and line.endswith("\\\\") for line in body)
        assert not re.search(r"(?<!\\)_|nan", text)


def test_latex_numbers_and_words() -> None:
    assert (signed(-0.0914), signed(0.05), signed(-0.0001), share(0.31), share(1.0)) == (
        *("$-$.091", "$+$.050", ".000", ".310", "1.000"),
    )
    assert escape("a_b & 5%") == r"a\_b \& 5\%"
    with pytest.raises(ValueError, match=r"rows \[1\]"):
        tabular(["a", "b"], [["1", "2"], ["1"]], "c", "l")
    assert interval(-0.0914, 0.05) == "[$-$.091, .050]"
    assert grouped([["a", "1"], ["a", "2"], ["b", "3"]]) == [r"a & 1 \\", r" & 2 \\", r"\addlinespace", r"b & 3 \\"]


def test_a_hole_is_named_on_the_page_and_gives_no_numbers(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "hole"
    shutil.copytree(made, copy)
    runs = (copy / "export" / "runs.csv").read_text().splitlines()
    (copy / "export" / "runs.csv").write_text("\n".join(runs[:-1]) + "\n")
    rewrite_checksums(copy)
    build_report(copy)
    page, _ = read(copy)
    words = " ".join(page.words)
    assert "What was found: missing rows: (replicate 11, arm" in words
    assert "At visibility 1:" not in words


def test_other_code_draws_no_run_and_an_empty_folder_is_refused(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "old"
    shutil.copytree(made, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"code_hash": "f" * 64}))
    rewrite_checksums(copy)
    build_report(copy)
    assert "One run: made by other code" in " ".join(read(copy)[0].words)
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match="holds no results"):
        build_report(tmp_path / "none")


def test_the_run_shown_is_the_run_of_the_table(made: Path) -> None:
    request = json.loads((made / "manifest.json").read_text())["request"]
    story = run_story(Parameters.model_validate(request["parameters"]), 20250807, 4, 0.3, 1.0)
    runs = pd.read_csv(made / "export" / "runs.csv").query("replicate == 4").set_index("arm")
    for arm, name in (("b=0", "no exposure"), ("b=0.3 v=1", "exposed (b = 0.3, v = 1)")):
        months = story[(story["arm"] == name) & (story["month"] >= 48)]
        assert months["openness"].mean() == pytest.approx(runs.loc[arm, "mean_policy"])
        assert months["openness"].iloc[-1] == pytest.approx(runs.loc[arm, "final_policy"])


def test_incidence_ends_at_the_shares_of_the_table(made: Path) -> None:
    runs = pd.read_csv(made / "export" / "runs.csv", keep_default_na=False)
    table = incidence_of_term(runs, ["b=0", "b=0.6 v=1"])
    for event, outcome in (
        ("attempt", "attempted"),
        ("restriction", "restricted"),
        ("return to extreme care", "reversed"),
    ):
        for arm in ("b=0", "b=0.6 v=1"):
            last = table[(table["event"] == event) & (table["arm"] == arm)]["share"].iloc[-1]
            assert last == pytest.approx(runs.loc[runs["arm"] == arm, outcome].mean())


def crash_runs() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = []
    for point, month in enumerate((-1, 40)):
        for r in range(60):
            base = rng.random()
            for b in (0.0, 0.3, 0.6):
                rows.append(
                    {
                        **{
                            "point": point,
                            "replicate": r,
                            "arm": f"b={b:g}",
                            "breadth": b,
                            "market.crash_month": month,
                        },
                        "severity": base + (0.4 * b if month > 0 else -0.1 * b) + 0.1 * rng.random(),
                    }
                )
    return pd.DataFrame(rows)


def test_severity_after_a_crash_and_in_calm_are_two_curves_with_bands(tmp_path: Path) -> None:
    table = crash_table(crash_runs()).set_index(["state", "breadth"])
    assert table.loc[("crash in month 40", 0.6), "low"] > 0.1
    assert table.loc[("calm", 0.6), "high"] < 0.0
    assert table.loc[("calm", 0.0), "value"] == 0.0
    calm = crash_runs().query("point == 0").pivot_table(index="replicate", columns="breadth", values="severity")
    band = max_t_band_of_means(calm[[0.3, 0.6]].to_numpy() - calm[[0.0]].to_numpy())
    assert table.loc[("calm", 0.3), "low"] == pytest.approx(band.low[0])
    assert {p.suffix for p in crash_figure(table.reset_index(), tmp_path)} == {".svg", ".pdf", ".csv"}
    with pytest.raises(UserError, match="calm"):
        crash_table(crash_runs().query("point == 1"))
