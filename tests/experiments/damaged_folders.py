"""Damage to a finished results folder, and the commands that read one, for the table of docs/damaged-folders.md."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path

from results_folders import command

from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.provenance import canonical_json
from political_moat.viz.explorer.explorer import ExplorerError, check_folder, explore

DOCUMENT = Path(__file__).parents[2] / "docs" / "damaged-folders.md"
RUN = ("run", "--replicates", "2", "--voters", "300", "--breadth", "0,.3", "--workers", "1")
LEDGER, MANIFEST, STUDY, CHECKSUMS = "ledger.sqlite", "manifest.json", "study.toml", "SHA256SUMS"
BINARY = bytes(range(256)) * 8


def _page_in_the_middle(out: Path) -> None:
    """Overwrite a page that holds rows of runs."""
    ledger = out / LEDGER
    with closing(sqlite3.connect(ledger)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    content = bytearray(ledger.read_bytes())
    middle = pages // 2 * size
    content[middle : middle + size] = b"\xa5" * size
    ledger.write_bytes(content)


def _sql(text: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        with closing(sqlite3.connect(out / LEDGER)) as connection:
            connection.executescript(text)

    return change


def _written(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda out: (out / name).write_bytes(content) and None


def _removed(name: str) -> Callable[[Path], None]:
    return lambda out: shutil.rmtree(out / name) if (out / name).is_dir() else (out / name).unlink()


def _half(name: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        content = (out / name).read_bytes()
        (out / name).write_bytes(content[: len(content) // 2])

    return change


def _folder_instead(name: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        (out / name).unlink()
        (out / name).mkdir()

    return change


def _left_open(out: Path, log: Callable[[bytes], bytes]) -> None:
    """Leave the ledger as a killed writer does: the rows of the last replicate in the log, and `log` of that log."""
    ledger, copy = out / LEDGER, out.parent / "writer.sqlite"
    shutil.copyfile(ledger, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as writer:
        last = "replicate = (SELECT max(replicate) FROM runs)"
        runs = writer.execute(f"SELECT * FROM runs WHERE {last}").fetchall()
        cycles = writer.execute(f"SELECT * FROM cycles WHERE key IN (SELECT key FROM runs WHERE {last})").fetchall()
        writer.execute(f"DELETE FROM cycles WHERE key IN (SELECT key FROM runs WHERE {last})")
        writer.execute(f"DELETE FROM runs WHERE {last}")
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN")
        writer.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", runs)
        writer.executemany("INSERT INTO cycles VALUES (?, ?, ?)", cycles)
        writer.execute("COMMIT")
        content = log(Path(f"{copy}-wal").read_bytes())
        shutil.copyfile(copy, ledger)
        Path(f"{ledger}-wal").write_bytes(content)
    copy.unlink()


def _log_of_another(out: Path) -> None:
    """Put the log of another database beside a ledger that a killed writer left."""
    other = out.parent / "other.sqlite"
    with closing(sqlite3.connect(other, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE notes (text TEXT)")
        for _ in range(100):
            writer.execute("INSERT INTO notes VALUES (hex(zeroblob(500)))")
        log = Path(f"{other}-wal").read_bytes()
    other.unlink()
    _left_open(out, lambda _: log)


def _row_altered(out: Path) -> None:
    with closing(sqlite3.connect(out / LEDGER)) as connection:
        key, text = connection.execute("SELECT key, row FROM runs ORDER BY key LIMIT 1").fetchone()
        row = json.loads(text)
        changed = canonical_json(row | {"severity": 0.5 * row["severity"] + 0.25})
        connection.execute("UPDATE runs SET row = ? WHERE key = ?", (changed, key))
        connection.commit()


def _manifest_with(name: str, value: object) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        content = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        (out / MANIFEST).write_text(canonical_json(content | {name: value}), encoding="utf-8")

    return change


DAMAGE: dict[str, Callable[[Path], object]] = {
    "ledger missing": _removed(LEDGER),
    "ledger empty": _written(LEDGER, b""),
    "ledger cut in half": _half(LEDGER),
    "ledger no database": _written(LEDGER, b"notes, not a database\n" * 400),
    "ledger a folder": _folder_instead(LEDGER),
    "page overwritten": _page_in_the_middle,
    "row altered": _row_altered,
    "runs table dropped": _sql("DROP TABLE runs"),
    "meta table dropped": _sql("DROP TABLE meta"),
    "meta empty": _sql("DELETE FROM meta"),
    "other format": _sql("UPDATE meta SET value = '2' WHERE name = 'schema'"),
    "another study's ledger": _sql("UPDATE meta SET value = hex(zeroblob(32)) WHERE name = 'study'"),
    "log cut in half": lambda out: _left_open(out, lambda log: log[: len(log) // 2]),
    "log of another database": _log_of_another,
    "log beside a closed ledger": _written(f"{LEDGER}-wal", BINARY),
    "manifest missing": _removed(MANIFEST),
    "manifest empty": _written(MANIFEST, b""),
    "manifest cut in half": _half(MANIFEST),
    "manifest a list": _written(MANIFEST, b"[]"),
    "manifest with a wrong field": _manifest_with("request", ["calibrated"]),
    "manifest binary": _written(MANIFEST, BINARY),
    "study file missing": _removed(STUDY),
    "study file malformed": _written(STUDY, b'[study\nname = "x"\n'),
    "study file binary": _written(STUDY, BINARY),
    "runs.csv a link": lambda out: (
        (out / "export/runs.csv").rename(out.parent / "runs.csv")
        and (out / "export/runs.csv").symlink_to(out.parent / "runs.csv")
    ),
    "runs.csv a folder": _folder_instead("export/runs.csv"),
    "exports missing": _removed("export"),
    "checksums missing": _removed(CHECKSUMS),
    "checksums malformed": _written(CHECKSUMS, b"no checksum\n\n"),
    "checksums binary": _written(CHECKSUMS, BINARY),
}
"""What is done to a copy of a finished folder of `moat run`."""


def verbs(out: Path, beside: Path, key: str) -> dict[str, tuple[object, ...]]:
    """Return the commands that read a results folder, with files for their output in the folder `beside`."""
    return {
        "status": ("status", out),
        "export": ("export", out),
        "report": ("report", out),
        "figure": ("figure", out, "--out", beside / "figure"),
        "analyze": ("analyze", out),
        "verify": ("verify", out, "--sample", "0"),
        "rerun": ("rerun", key, "--results", out),
        "merge": ("merge", out, "--out", beside / "merged", "--no-report"),
        "archive": ("archive", out, "--out", beside / "out.zip"),
        "retry": ("retry", out, "--quiet", "--no-report"),
        "sweep": ("sweep", out, "--quiet", "--no-report"),
        "run": (*RUN, "--out", out),
        "view": ("view", out),
        "plan": ("plan", out, "--workers", "1", "--pilots", "1"),
    }


def observed(words: tuple[object, ...]) -> tuple[int, str]:
    """Return exit code and standard error of a command in this process; an exception that escapes it escapes here.

    `view` is what it does before it listens: the folder is checked, and its page made.
    """
    complaints = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(complaints):
        if words[0] != "view":
            return command(*words), complaints.getvalue()
        try:
            check_folder(Path(str(words[1])))
            explore(Path(str(words[1])), {})
        except (UserError, ExplorerError) as error:
            return 2, f"moat: {error}\n"
    return 0, ""


def everything(out: Path) -> dict[str, bytes | str | None]:
    """Return the contents of all that is in a folder: bytes of files, targets of links, None for folders."""
    return {
        path.relative_to(out).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in out.rglob("*")
    }


def documented() -> dict[str, dict[str, str]]:
    """Return the table of docs/damaged-folders.md: by damage, then by command."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: dict(zip(rows[0][1:], row[1:], strict=True)) for row in rows[2:]}
