"""The validator of RO-Crates accepts an archive; it runs offline, with the standard's terms from a package."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from results_folders import LITTLE, finished

from political_moat.experiments.archiving.archive import archive_folder

pytestmark = pytest.mark.documents

LEFT_OUT = ("ro-crate-1.1_22.2", "ro-crate-1.1_22.3")
"""Recommendations that an archive does not follow: author and publisher, which nobody can invent."""
URL = "https://w3id.org/ro/crate/1.1/context"


def terms() -> bytes:
    """The terms of RO-Crate 1.1, as the package rocrate carries them."""
    spec = importlib.util.find_spec("rocrate")
    if spec is None or spec.origin is None:
        pytest.skip("needs the package rocrate, which carries the terms of RO-Crate 1.1")
    text = (Path(spec.origin).parent / "data" / "ro-crate.jsonld").read_bytes()
    assert json.loads(text)["@id"] == URL
    return text


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of the validator, filled with the terms that it would read from the network."""
    pytest.importorskip("rocrate_validator")
    requests, requests_cache = pytest.importorskip("requests"), pytest.importorskip("requests_cache")
    urllib3 = pytest.importorskip("urllib3")
    text, kind = terms(), {"Content-Type": "application/ld+json"}
    place = tmp_path_factory.mktemp("cache") / "http"
    with requests_cache.CachedSession(str(place), backend="sqlite", expire_after=-1) as session:
        response = requests.Response()
        response.status_code, response.url, response._content = 200, URL, text
        response.headers.update(kind)
        response.request = requests.Request("GET", URL).prepare()
        response.raw = urllib3.HTTPResponse(io.BytesIO(text), kind, 200, preload_content=False, request_url=URL)
        session.cache.save_response(response)
    return place


def validate(archive: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = "from rocrate_validator.cli.main import cli; cli()"
    words = ("-v", "--offline", "--cache-path", str(cache), "-p", "ro-crate-1.1", *words)
    return subprocess.run(
        [sys.executable, "-c", program, "validate", str(archive), "--no-paging", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("validated") / "out"
    finished(LITTLE, place)
    archive_folder(place)
    return place.with_name("out.zip")


def test_the_validator_accepts_the_archive(archive: Path, cache: Path) -> None:
    done = validate(archive, cache, "-l", "required")
    assert done.returncode == 0, done.stdout


def test_all_recommendations_are_followed_but_those_on_persons(archive: Path, cache: Path) -> None:
    done = validate(archive, cache, "-l", "recommended", "--skip-checks", ",".join(LEFT_OUT))
    assert done.returncode == 0, done.stdout


def test_the_validator_refuses_an_archive_without_a_date(archive: Path, cache: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "ro-crate-metadata.json":
                content = content.replace(b'"datePublished"', b'"dateCreated"')
            target.writestr(name, content)
    done = validate(broken, cache, "-l", "required")
    assert done.returncode == 1
    assert "datePublished" in done.stdout
