"""A class: guesses are counted without names, the answer key is the page's own answer, the teacher alone erases."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from political_moat.viz.content.teachers import qr_code
from political_moat.viz.recording.replicates import replicates_message
from political_moat.viz.scenario import CURVE, from_address
from political_moat.viz.server import classroom
from political_moat.viz.server.app import Guard, Settings
from political_moat.viz.server.classroom import BINS, AnswerKey, Guesses, guessed_scenes
from political_moat.viz.server.hosts import Teacher, class_addresses, names_of
from political_moat.viz.server.visitors import Visitors
from political_moat.viz.session.job_pool import BusyError
from political_moat.viz.session.jobs import pieces
from political_moat.viz.session.session import Session

KEY = "0123456789abcdef"
OWN, OTHER, SERVER = "127.0.0.1", "192.0.2.7", "192.0.2.1"


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch) -> Guesses:
    own = Guesses()
    monkeypatch.setattr(classroom, "guesses", lambda: own)
    return own


def test_forty_guesses_fill_the_histograms_and_give_the_median() -> None:
    pooled = Guesses()
    for student in range(40):
        pooled.add(f"browser-{student}", "realistic", (student, 100, 2 * student, 0))
    summary = pooled.summary("realistic")
    assert summary["guesses"] == 40
    assert summary["breadths"] == CURVE
    assert summary["median"] == [19.5, 100, 39, 0]
    assert [sum(bars) for bars in summary["histograms"]] == [40] * 4
    assert summary["histograms"][0] == [10] * 4 + [0] * 6
    assert summary["histograms"][1] == [0] * (BINS - 1) + [40]  # 100 stands in the last bar
    assert summary["histograms"][2] == [5] * 8 + [0] * 2
    assert summary["histograms"][3] == [40] + [0] * (BINS - 1)
    assert pooled.summary("sleeve") == {
        "scene": "sleeve", "guesses": 0, "breadths": CURVE, "histograms": [[0] * BINS] * 4, "median": [],
    }  # fmt: skip


def test_a_second_guess_of_a_browser_replaces_its_first_one_of_that_scene() -> None:
    pooled = Guesses()
    for curve in ((10, 10, 10, 10), (90, 90, 90, 90)):
        pooled.add("browser", "realistic", curve)
    pooled.add("browser", "sleeve", (50, 50, 50, 50))
    assert (pooled.summary("realistic")["guesses"], pooled.summary("realistic")["median"]) == (1, [90] * 4)
    assert pooled.summary("sleeve")["median"] == [50] * 4
    pooled.reset()
    assert pooled.summary("realistic")["guesses"] == pooled.summary("sleeve")["guesses"] == 0
    pooled.add("browser", "realistic", (1, 2, 3, 4))
    assert pooled.summary("realistic")["median"] == [1, 2, 3, 4]


def test_no_name_is_held_and_the_number_of_guesses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "MOST_GUESSES", 3)
    pooled = Guesses()
    for student in range(10):
        pooled.add(f"browser-{student}", "realistic", (1, 1, 1, 1))
    pooled.add("browser-0", "realistic", (2, 2, 2, 2))
    assert pooled.summary("realistic")["guesses"] == 3
    assert pooled.summary("realistic")["histograms"][0][0] == 3
    assert "browser" not in repr(vars(pooled))


@pytest.mark.parametrize(
    "message",
    [
        {"scene": "realistic", "curve": [1, 2, 3]},
        {"scene": "realistic", "curve": [1, 2, 3, 101]},
        {"scene": "realistic", "curve": [1, 2, 3, -1]},
        {"scene": "realistic", "curve": [1, 2, 3, 4.0]},
        {"scene": "realistic", "curve": [1, 2, 3, True]},
        {"scene": "realistic", "curve": "1234"},
        {"scene": "realistic", "curve": {"0": 1}},
        {"scene": "realistic", "curve": None},
        {"scene": "nonsense", "curve": [1, 2, 3, 4]},
        {"scene": "", "curve": [1, 2, 3, 4]},
        {"scene": ["realistic"], "curve": [1, 2, 3, 4]},
        {"curve": [1, 2, 3, 4]},
    ],
)
def test_a_message_that_is_no_guess_is_ignored_in_silence(message: dict[str, Any]) -> None:
    sent: list[Any] = []
    counted: list[Any] = []
    visitor = Session(None, lambda *answer: sent.append(answer), lambda *guess: counted.append(guess))  # type: ignore[arg-type]
    visitor.handle({"type": "guess", **message})
    assert (sent, counted) == ([], [])
    visitor.handle({"type": "guess", "scene": "realistic", "curve": [0, 100, 30, 7]})
    assert (sent, counted) == ([], [("realistic", (0, 100, 30, 7))])


class SynchronousPool:
    """A pool that computes every job once, in the calling thread, or is full."""

    full = False

    def __init__(self) -> None:
        self.computed: dict[str, list[Any]] = {}

    def known(self, job: Any) -> bool:
        return True

    def request(self, job: Any, listener: Any) -> Any:
        if self.full:
            raise BusyError("the server has too many requests")
        if job.key not in self.computed:
            self.computed[job.key] = list(pieces(job))
        for piece in self.computed[job.key]:
            listener.on_piece(piece)
        listener.on_end(None)
        return lambda: None


def test_the_answer_key_is_what_the_page_shows_after_a_hundred_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = from_address("electorate.voters=100&exposure.breadth=0.3&seed=3")
    pool = SynchronousPool()
    monkeypatch.setattr(classroom, "pool", lambda: pool)
    monkeypatch.setattr(classroom, "of_scene", lambda name: scenario)
    sent: list[dict[str, Any]] = []
    page = Session(pool, lambda message, _: sent.append(message))  # type: ignore[arg-type]
    page.handle({"type": "film", "fields": scenario.fields()})
    page.handle({"type": "replicates"})
    shown = [message for message in sent if message["type"] == "replicates"][-1]
    key = AnswerKey()
    pool.full = True
    assert "too many requests" in key.answer("realistic")["problem"]
    pool.full = False
    answer = key.answer("realistic")
    assert (answer["done"], answer["total"], answer["problem"], answer["breadth"]) == (100, 100, "", 0.3)
    assert (answer["curve"], answer["paired"]) == (shown["curve"], shown["paired"])
    assert answer["curve"] == replicates_message(shown["rows"], scenario)["curve"]
    pool.full = True  # what is known needs no pool
    assert key.answer("realistic") == answer


def test_histories_cannot_be_guessed() -> None:
    assert "realistic" in guessed_scenes()
    assert "history" not in guessed_scenes()


def test_the_teacher_sits_at_the_machine_or_knows_the_key() -> None:
    teacher = Teacher(KEY)
    for client in ("127.0.0.1", "127.9.9.9", "::1", SERVER):
        assert teacher.allows(client, SERVER, "")
    for key in ("", "0", KEY[:-1], KEY + "0", "é"):
        assert not teacher.allows(OTHER, SERVER, key)
    assert teacher.allows(OTHER, SERVER, KEY)
    assert not Teacher().allows(OTHER, SERVER, "")  # no key is no key, not an empty one
    assert not teacher.allows("", "", "")
    assert not teacher.allows("unix", SERVER, "")
    behind = Teacher(KEY, proxied=True)  # there everybody seems to sit at this machine
    assert not behind.allows("127.0.0.1", "127.0.0.1", "")
    assert behind.allows("127.0.0.1", "127.0.0.1", KEY)


def test_students_get_the_address_of_the_class_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(header: str, host: str, allowed: tuple[str, ...] = ()) -> list[str]:
        return class_addresses(header, "https", host, 8765, "/moat", names_of(host, allowed))

    monkeypatch.setattr("political_moat.viz.server.hosts.outer_hosts", lambda host: [SERVER] if host == "::" else [])
    assert shown("127.0.0.1:8765", "127.0.0.1") == []
    assert shown("[::1]:8765", "::1") == []
    assert shown("127.0.0.1:8765", SERVER) == [f"http://{SERVER}:8765/moat/"]
    assert shown("[2001:db8::1]:8765", "2001:db8::1") == ["http://[2001:db8::1]:8765/moat/"]
    assert shown("localhost:8765", "::") == [f"http://{SERVER}:8765/moat/"]
    assert shown("moat.example.org", "127.0.0.1", ("moat.example.org",)) == ["https://moat.example.org/moat/"]


def ask(path: str, method: str = "GET", client: str = OTHER, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Return status, text and headers of the guard's answer."""
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    async def run() -> None:
        settings = Settings(names_of(SERVER, ()), None, "", Visitors(), SERVER, 8765, Teacher(KEY))
        place, _, query = path.partition("?")
        own = {"host": f"{SERVER}:8765", **{name.replace("_", "-"): text for name, text in headers.items()}}
        scope = {
            "type": "http", "method": method, "path": place, "query_string": query.encode(), "scheme": "http",
            "headers": [(name.encode(), text.encode()) for name, text in own.items()],
            "client": (client, 5), "server": (SERVER, 8765),
        }  # fmt: skip
        await Guard(None, settings)(scope, send, send)

    asyncio.run(run())
    first, second = answers
    shown = {name.decode(): text.decode() for name, text in first["headers"]}
    return first["status"], second["body"].decode(), shown


def test_only_the_teacher_erases_guesses_and_only_from_our_own_page(guesses: Guesses) -> None:
    own = f"http://{SERVER}:8765"
    refused: list[dict[str, Any]] = [
        {"client": OTHER, "origin": own, "x_moat_key": ""},
        {"client": OTHER, "origin": own, "x_moat_key": "guess"},
        {"client": SERVER, "origin": "http://evil.example", "x_moat_key": ""},
        {"client": SERVER, "origin": own},
        {"client": SERVER, "x_moat_key": ""},
        {"client": SERVER, "host": "evil.example", "origin": "http://evil.example", "x_moat_key": ""},
    ]
    allowed: list[dict[str, Any]] = [
        {"client": SERVER, "origin": own, "x_moat_key": ""},
        {"client": OTHER, "origin": own, "x_moat_key": KEY},
    ]
    guesses.add("browser", "realistic", (1, 2, 3, 4))
    for request in refused:
        assert ask("/teachers/reset", "POST", **request)[0] in (400, 403), request
    assert ask("/teachers/reset", "GET", client=SERVER, x_moat_key="")[0] == 404
    assert guesses.summary("realistic")["guesses"] == 1
    for request in allowed:
        guesses.add("browser", "realistic", (1, 2, 3, 4))
        assert ask("/teachers/reset", "POST", **request)[0] == 200
        assert guesses.summary("realistic")["guesses"] == 0


def test_counts_are_for_all_and_answers_for_the_teacher(guesses: Guesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom.answer_key(), "answer", lambda scene: {"scene": scene})
    guesses.add("browser-of-a-student", "realistic", (1, 2, 3, 4))
    status, text, headers = ask("/teachers/guesses?scene=realistic")
    assert (status, json.loads(text)["guesses"], headers["content-type"]) == (200, 1, "application/json; charset=utf-8")
    assert "browser" not in text
    assert ask("/teachers/guesses?scene=history")[0] == ask("/teachers/guesses?scene=<b>")[0] == 404
    assert ask("/teachers/answers?scene=realistic", x_moat_key="")[0] == 403
    assert ask("/teachers/answers?scene=realistic", client=SERVER)[0] == 403  # a link or a foreign page sends no key
    assert ask("/teachers/answers?scene=nonsense", x_moat_key=KEY)[0] == 404
    status, text, _ = ask("/teachers/answers?scene=realistic", x_moat_key=KEY)
    assert (status, json.loads(text)) == (200, {"scene": "realistic"})
    assert ask("/teachers/other")[0] == ask("/teachersx")[0] == 404


def test_a_student_who_opens_the_page_is_asked_for_the_key_and_the_teacher_is_not(guesses: Guesses) -> None:
    student, teacher = ask("/teachers")[1], ask("/teachers", client=SERVER)[1]
    assert 'id="key"' in student
    assert "enter the key" in student
    assert 'id="key"' not in teacher
    for page in (student, teacher):
        assert f"http://{SERVER}:8765/" in page
        assert qr_code(f"http://{SERVER}:8765/") in page
        assert KEY not in page
