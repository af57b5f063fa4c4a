"""A real Dask cluster that requires certificates: equal exports, refusals, a killed scheduler, workers with other code.

The certificates are made with the command openssl.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from political_moat import Study
from political_moat.agents.source_hash import versions
from political_moat.experiments.errors import UserError
from political_moat.experiments.execution.tls import security
from political_moat.experiments.storage.provenance import short_source_hash
from political_moat.experiments.studies.reader import parse_study
from political_moat.experiments.sweeps.status import status_text

pytestmark = pytest.mark.faults

TOYS = Path(__file__).parents[1]
STUDY = """
[study]
name = "encrypted"
[model]
voters = 300
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 8
[engine]
kind = "dask"
"""
TLS = 'tls = {{ ca = "{ca}.pem", cert = "{node}.pem", key = "{key}.key" }}\n'
OURS = TLS.format(ca="ca", node="node", key="node")


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def make_certificates(folder: Path, authority: str, node: str) -> None:
    """An authority, and a certificate by it: AUTHORITY.pem, NODE.pem and NODE.key."""
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    ca = (f"{authority}.pem", f"{authority}.key")
    openssl(
        folder, "req", "-x509", *new_key, "-days", "2", "-subj", f"/CN={authority}", "-out", ca[0], "-keyout", ca[1]
    )
    openssl(folder, "req", *new_key, "-subj", f"/CN={node}", "-out", "request.csr", "-keyout", f"{node}.key")
    signed = ("-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial", "-days", "2", "-out", f"{node}.pem")
    openssl(folder, "x509", "-req", "-in", "request.csr", *signed)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our certificates, those of a stranger, and our key with a passphrase."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder, "ca", "node")
    make_certificates(folder, "strange-ca", "stranger")
    openssl(folder, "ec", "-in", "node.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key")
    return folder


class Cluster:
    """A scheduler and one worker on this machine, processes of this test, that require certificates."""

    def __init__(self, folder: Path, contact: Path, *paths: Path) -> None:
        """Start both; `paths` come first on the worker's import path."""
        self.contact = contact
        node = ("--tls-ca-file", "ca.pem", "--tls-cert", "node.pem", "--tls-key", "node.key", "--no-dashboard")
        here = ("--host", "127.0.0.1", "--protocol", "tls", "--scheduler-file", str(contact))
        self.scheduler = self._start(folder, (), "dask_scheduler", *here, "--port", "0", *node)
        try:
            one_run = ("--nworkers", "1", "--nthreads", "1")
            self.worker = self._start(folder, (*paths, TOYS), "dask_worker", *here, *one_run, *node)
        except BaseException:
            self.scheduler.kill()
            raise

    def _start(self, folder: Path, paths: tuple[Path, ...], module: str, *words: str) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, [*map(str, paths), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, "MOAT_SLOW": "0.3"}
        command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def address(self, folder: Path) -> str:
        """The scheduler's address, once the worker is there."""
        from distributed import Client

        files = parse_study(STUDY + OURS, folder=folder).engine
        while not self.contact.is_file():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        with Client(scheduler_file=str(self.contact), security=security(files.tls, None)) as client:
            client.wait_for_workers(1)
            return str(client.scheduler.address)

    def end(self) -> None:
        for process in (self.worker, self.scheduler):
            process.terminate()
        for process in (self.worker, self.scheduler):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def cluster(folder: Path, contact: Path, *paths: Path) -> Iterator[tuple[Cluster, str]]:
    running = Cluster(folder, contact, *paths)
    try:
        yield running, running.address(folder)
    finally:
        running.end()


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with cluster(place, place / "scheduler.json") as (_, address):
        yield address


@pytest.fixture(scope="module")
def serial(place: Path) -> bytes:
    study = Study(parse_study(STUDY), place / "serial").run(engine="serial", report=False)
    return runs_of(study.path)


def runs_of(out: Path) -> bytes:
    return (out / "export" / "runs.csv").read_bytes()


def moat(folder: Path, text: str, *words: str) -> subprocess.Popen[str]:
    """Start `moat sweep` in a folder, with runs that take .3 s at least."""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, str(TOYS / "moat_faulty.py"), "sweep", "study.toml", "--no-report", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_study_runs_through_tls_with_the_bytes_of_the_serial_engine(place: Path, address: str, serial: bytes) -> None:
    assert address.startswith("tls://")
    study = Study(parse_study(STUDY + OURS, folder=place), place / "out").run(address=address, report=False)
    assert runs_of(study.path) == serial


def test_a_local_cluster_takes_the_certificates_too(place: Path, serial: bytes) -> None:
    study = Study(parse_study(STUDY + OURS, folder=place), place / "local").run(workers=1, report=False)
    assert runs_of(study.path) == serial


@pytest.mark.parametrize(
    ("tls", "scheme", "message"),
    [
        ("", "tcp", r"the Dask scheduler at tcp://\S+ closes the connection; if it requires TLS, give .* engine\.tls"),
        ("", "tls", r"tls://\S+ needs certificates; give engine\.tls = \{ ca, cert, key \} in the study file"),
        (TLS.format(ca="strange-ca", node="stranger", key="stranger"), "tls", "refuse each other's certificates"),
        (TLS.format(ca="ca", node="stranger", key="stranger"), "tls", "refuse each other's certificates"),
        (TLS.format(ca="ca", node="node", key="stranger"), "tls", r"node\.pem and \S+stranger\.key are no certificate"),
        (TLS.format(ca="ca", node="node", key="locked"), "tls", r"engine\.tls\.key: the private key has a passphrase"),
    ],
)
def test_without_its_certificates_the_cluster_runs_nothing(
    place: Path, address: str, tls: str, scheme: str, message: str, tmp_path: Path
) -> None:
    study = Study(parse_study(STUDY + tls, folder=place), tmp_path)
    with pytest.raises(UserError, match=message) as refused:
        study.run(address=address.replace("tls://", f"{scheme}://"))
    assert "\n" not in str(refused.value)
    assert "0 of 8 replicates done" in status_text(tmp_path)[0]


def test_a_killed_scheduler_is_one_line_and_the_study_is_continued(place: Path, tmp_path: Path, serial: bytes) -> None:
    with cluster(place, tmp_path / "scheduler.json") as (running, address):
        process = moat(place, STUDY + OURS, "--out", str(tmp_path / "out"), "--address", address)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("replicates: ")
        running.scheduler.kill()
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2, errors
    (line,) = [line for line in errors.splitlines() if not line.startswith("replicates: ")]
    assert line == (
        f"moat: the Dask scheduler at {address} ended, was restarted, or cannot be reached any more; "
        "everything finished is kept; the same command resumes"
    )
    text, _ = status_text(tmp_path / "out")
    assert "0 of 8 replicates done" not in text
    assert "0 missing" not in text
    study = Study(parse_study(STUDY), tmp_path / "out").run(engine="serial", report=False)
    assert runs_of(study.path) == serial


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "numpy-1.9.9.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: numpy\nVersion: 1.9.9\n",
            f"has numpy 1.9.9 instead of {versions(['numpy'])['numpy']}; its outcomes could differ; ",
        ),
        ("political_moat/__init__.py", "edited = True", f" instead of {short_source_hash()}; its outcomes could"),
    ],
)
def test_a_worker_with_another_numpy_or_other_sources_runs_nothing(
    place: Path, tmp_path: Path, file: str, content: str, message: str
) -> None:
    (tmp_path / "other" / file).parent.mkdir(parents=True)
    (tmp_path / "other" / file).write_text(content, encoding="utf-8")
    with cluster(place, tmp_path / "scheduler.json", tmp_path / "other") as (_, address):
        process = moat(place, STUDY + OURS, "--out", str(tmp_path / "out"), "--address", address)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2, errors
    (line,) = errors.splitlines()
    assert line.startswith("moat: the Dask worker at tls://127.0.0.1:")
    assert message in line
    assert "0 of 8 replicates done" in status_text(tmp_path / "out")[0]
