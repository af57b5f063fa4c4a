"""What stops a session on Dask: other code, a lost scheduler; outcomes that are there are handed over first."""

from __future__ import annotations

import os
from concurrent.futures import CancelledError
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from distributed.client import ClosedClientError

from political_moat.experiments.errors import UserError
from political_moat.experiments.execution import dask_cluster
from political_moat.experiments.execution.dask_cluster import Code, DaskCluster, code_difference, run_chunk
from political_moat.experiments.execution.tasks import Completed, Task, TaskQueue
from political_moat.experiments.execution.tls import address_problem, security
from political_moat.experiments.storage.provenance import code_hash, code_parts
from political_moat.experiments.studies.schema import TlsSection

HERE = Path(__file__).parents[1]
LOST = r"the Dask scheduler at tcp://node:1 ended, was restarted, or cannot be reached any more; everything finished is"


class Chunk:
    """A future that is done."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.status = "finished"

    def done(self) -> bool:
        return True

    def result(self) -> Any:
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


class Client:
    """A Dask client with one worker, in this process."""

    def __init__(self, reply: Any = None) -> None:
        self.reply = reply
        self.status = "running"
        self.lost: BaseException | None = None
        self.values: list[Any] = []

    def run(self, function: Any, *_: Any, on_error: str) -> dict[str, Any]:
        assert (function, on_error) == (code_difference, "return")
        return {"tcp://worker:2": self.reply}

    def nthreads(self) -> dict[str, int]:
        if self.lost is not None:
            raise self.lost
        return {"tcp://worker:2": 1}

    def submit(self, function: Any, *arguments: Any, pure: bool) -> Chunk:
        return Chunk(self.values.pop(0) if self.values else function(*arguments))


@pytest.fixture(autouse=True)
def _toys_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setattr("distributed.wait", lambda *_, **__: None)


def cluster(client: Client, monkeypatch: pytest.MonkeyPatch, code: str | None = None) -> DaskCluster:
    monkeypatch.setattr(dask_cluster, "_client_at", lambda address, tls: nullcontext(client))
    queue = TaskQueue(Task(str(number), number) for number in range(4))
    return DaskCluster(queue, "moat_toys:number", 1, address="tcp://node:1", code=code)


@mock.patch.dict(os.environ)
def test_the_parts_of_another_code_are_named() -> None:
    parts = code_parts()
    assert code_difference(Code(code_hash(), parts)) is None
    other = Code("0" * 64, parts | {"numpy": "1.9.9", "machine": "vax"})
    assert code_difference(other) == (
        f"numpy {parts['numpy']} instead of 1.9.9, machine {parts['machine']} instead of vax"
    )
    assert code_difference(Code("0" * 64, parts)) == "sources that changed while the study ran"
    refused = run_chunk("moat_toys:number", [b"never read"], None, other)
    assert (refused.answers, refused.unusable) == ([], None)
    assert str(refused.differs).startswith("numpy ")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("numpy 2.0.0 instead of 2.1.0", r"^the Dask worker at tcp://worker:2 has numpy 2.0.0 instead of 2.1.0; its"),
        (
            ModuleNotFoundError("No module named 'political_moat'"),
            r"^the Dask worker at tcp://worker:2 cannot run this package: ModuleNotFoundError: No module named",
        ),
        (None, None),
    ],
)
def test_workers_are_asked_for_their_code_before_any_run(
    monkeypatch: pytest.MonkeyPatch, reply: Any, message: str | None
) -> None:
    executor = cluster(Client(reply), monkeypatch, code_hash())
    with nullcontext() if message is None else pytest.raises(UserError, match=message), executor:
        executor.fill()
        assert len(executor.collect()) == 2


@mock.patch.dict(os.environ)
def test_a_worker_that_joins_later_with_other_code_stops_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    with cluster(client, monkeypatch, code_hash()) as executor:
        answer = run_chunk("moat_toys:number", [], None, Code("0" * 64, code_parts() | {"numpy": "1.9.9"}))
        client.values = [answer]
        executor.fill()
        with pytest.raises(
            UserError, match=r"^a Dask worker has numpy \S+ instead of 1\.9\.9; its outcomes could differ"
        ):
            executor.collect()


def test_outcomes_that_arrived_are_handed_over_before_a_lost_scheduler_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    with cluster(client, monkeypatch) as executor:
        executor.fill()
        second = list(executor._chunks)[1]
        second.value = CancelledError("scheduler-connection-lost")  # type: ignore[attr-defined]
        (outcome,) = executor.collect()
        assert isinstance(outcome, Completed)
        assert executor.busy  # nothing is in flight, and yet the session must not end as if all were done
        client.lost = AssertionError("a lost scheduler was asked again")
        executor.fill()
        with pytest.raises(UserError, match=LOST):
            executor.collect()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("running", OSError("Timed out trying to connect")),
        ("connecting", AttributeError("'NoneType' object has no attribute 'send'")),
        ("closed", ClosedClientError("Client is closed. Can't send update-graph message.")),
    ],
)
def test_a_scheduler_lost_while_work_is_handed_out_is_reported_by_the_next_collect(
    monkeypatch: pytest.MonkeyPatch, status: str, error: Exception
) -> None:
    client = Client()
    client.status, client.lost = status, error
    with cluster(client, monkeypatch) as executor:
        executor.fill()
        with pytest.raises(UserError, match=LOST):
            executor.collect()


def test_an_error_of_a_connected_client_is_not_taken_for_a_lost_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.lost = AttributeError("a fault of ours")
    with cluster(client, monkeypatch) as executor, pytest.raises(AttributeError, match="a fault of ours"):
        executor.fill()


def test_chunks_that_a_lost_scheduler_cancelled_blame_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(Client(), monkeypatch) as executor:
        executor.fill()
        for future, chunk in executor._chunks.items():
            future.status = "cancelled"  # type: ignore[misc]
            chunk[:] = [replace(attempt, alone=True) for attempt in chunk]
        with pytest.raises(UserError, match=LOST):
            executor.collect()


def closing_too_long() -> None:
    raise TimeoutError("closing took too long")


def test_only_a_lost_scheduler_may_make_closing_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    with cluster(client, monkeypatch) as executor:
        executor._stack.callback(closing_too_long)
        client.status = "closed"
    client.status = "running"
    with pytest.raises(TimeoutError), cluster(client, monkeypatch) as executor:
        executor._stack.callback(closing_too_long)


def test_files_that_hold_no_certificate_are_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate", encoding="utf-8")
    text, absent = str(tmp_path / "text.pem"), str(tmp_path / "absent.pem")
    for files, message in (
        ({"ca": absent, "cert": text, "key": text}, r"^engine\.tls\.ca: \S+absent\.pem cannot be read: "),
        ({"ca": text, "cert": absent, "key": text}, r"^engine\.tls\.cert: \S+absent\.pem cannot be read: "),
        ({"ca": text, "cert": text, "key": str(tmp_path)}, r"^engine\.tls\.key: \S+ cannot be read: "),
        ({"ca": text, "cert": text, "key": text}, r"^engine\.tls\.ca: \S+text\.pem is no certificate in PEM format$"),
    ):
        with pytest.raises(UserError, match=message):
            security(TlsSection(**files), None)


def test_certificates_need_an_encrypted_address() -> None:
    tls = TlsSection(ca="a", cert="b", key="c")
    for address, certificates in (("tcp://node:1", None), ("tls://node:1", tls), (None, tls)):
        assert address_problem(address, certificates) is None
    for address in ("tcp://node:1", "node:1"):
        assert address_problem(address, tls) == (
            f"engine.address = '{address}' is not encrypted; allowed with engine.tls: an address with tls://"
        )
