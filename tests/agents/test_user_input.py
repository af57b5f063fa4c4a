"""Text files, numbers in text and seeds are read in one way, whatever editor or hand wrote them."""

from __future__ import annotations

import csv
import io
import math
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from political_moat.agents.draws import Draws, draws_of
from political_moat.agents.user_input import (
    LARGEST_SEED,
    TextFileError,
    checked_seed,
    csv_rows,
    plain_number,
    plain_whole,
    read_text,
    shown,
)

TEXT = "age,income\n45,50000\n"
UTF8 = "save it as UTF-8 (in Excel: CSV UTF-8)"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["plain", "byte order mark", "CRLF", "CR"],
)
def test_a_file_saved_elsewhere_is_the_same_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    assert read_text(tmp_path / "people.csv") == TEXT
    assert list(csv_rows(tmp_path / "people.csv")) == [["age", "income"], ["45", "50000"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TEXT.encode("utf-16"), f"its encoding is UTF-16; {UTF8}"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), f"its encoding is UTF-16; {UTF8}"),
        (TEXT.encode("utf-16-le"), f"its encoding is UTF-16; {UTF8}"),
        (TEXT.encode("utf-16-be"), f"its encoding is UTF-16; {UTF8}"),
        (TEXT.encode("utf-32"), f"its encoding is UTF-32; {UTF8}"),
        (TEXT.encode("utf-32-be"), f"its encoding is UTF-32; {UTF8}"),
        (b"PK\x03\x04 of a spreadsheet \0", f"it holds zero bytes, so it is not text in UTF-8; {UTF8}"),
        (
            (TEXT + "état").encode("cp1252"),
            f"its encoding is not UTF-8 (byte 0xe9 in line 3), perhaps a Windows code page; {UTF8}",
        ),
    ],
)
def test_another_encoding_is_named_with_the_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    with pytest.raises(TextFileError) as caught:
        read_text(tmp_path / "people.csv")
    assert str(caught.value) == message


def test_what_is_no_file_is_named_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("link")
    for name, message in (
        (tmp_path, "it is a folder, not a file"),
        (tmp_path / "pipe", "it is a pipe, not a file"),
        ("/dev/zero", "it is a device, not a file"),
        (tmp_path / "none", "No such file or directory"),
        (tmp_path / "link", "Too many levels of symbolic links"),
        (tmp_path / ("x" * 300), "File name too long"),
        ("a\0b", "no file can have this name"),
    ):
        with pytest.raises(TextFileError) as caught:
            read_text(Path(name))
        assert str(caught.value) == message


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    file = tmp_path / "huge.toml"
    with file.open("wb") as stream:
        stream.truncate(2**40)  # a hole: takes no room
    with pytest.raises(TextFileError, match="it is larger than 1 MiB, the most that is read"):
        read_text(file)
    file.write_text("x" * 2**20)
    assert len(read_text(file)) == 2**20


def test_rows_are_those_of_the_csv_module(tmp_path: Path) -> None:
    source = random.Random(1)
    for _ in range(50):
        text = "".join(source.choices('ab,";\n', k=source.randrange(80)))
        (tmp_path / "any.csv").write_text(text)
        assert list(csv_rows(tmp_path / "any.csv")) == list(csv.reader(io.StringIO(text)))
    (tmp_path / "any.csv").write_text("a,b\n" + "x" * 200_000)
    with pytest.raises(TextFileError, match=r"line 2 is not csv \(field larger than field limit"):
        list(csv_rows(tmp_path / "any.csv"))


PLAIN = {
    **{"50000": 50000, "+50000": 50000, "-7": -7, " 50000 ": 50000, "007": 7, "-0": 0},
    **{"50000.0": 50000.0, "5e4": 5e4, "5E+4": 5e4, ".5": 0.5, "5.": 5.0, "1e-5": 1e-5},
}
NOT_PLAIN = (
    *(
        "",
        " ",
        "x",
        "5_0000",
        "1_0.0",
        "1e1_0",
        "٥٠٠٠٠",
        "５００００",
        "²",
        "0x10",
        "0b1",
        "nan",
        "inf",
        "-inf",
        "Infinity",
    ),
    *(
        "50,000",
        "50000,00",
        "$50000",
        "5 0",
        "1e",
        "e5",
        ".",
        "+",
        "--5",
        "1e999",
        "9" * 101,
        "5\u00a0",
        "NA",
        "#N/A",
        "5%",
    ),
)


def test_plain_forms_are_read_as_what_they_are() -> None:
    for text, value in PLAIN.items():
        number = plain_number(text)
        assert number == value
        assert type(number) is type(value), text
    source = random.Random(2)
    for _ in range(2_000):
        value = source.uniform(-1, 1) * 10.0 ** source.randint(-300, 300)
        assert plain_number(repr(value)) == value


def test_no_slip_becomes_another_number() -> None:
    assert [text for text in NOT_PLAIN if plain_number(text) is not None or plain_whole(text) is not None] == []


def test_whole_numbers_may_be_written_as_spreadsheets_write_them() -> None:
    for text, value in (("50000.0", 50000), ("5e4", 50000), ("+3", 3), ("2.5", None), ("1e16", None)):
        assert plain_whole(text) == value
    assert plain_whole(str(LARGEST_SEED)) == LARGEST_SEED


def test_a_seed_outside_64_bits_is_refused_with_the_range() -> None:
    line = "is not possible; allowed: whole numbers 0 to 18446744073709551615"
    seeds: tuple[Any, ...] = (-1, LARGEST_SEED + 1, 10**5_000, 1.0, "5", None, math.nan)
    draws_of(1, 0)  # a cache must not take 1.0 for it
    for seed in seeds:
        with pytest.raises(ValueError, match=f"^seed = .* {line}"):
            draws_of(seed, 0)
        with pytest.raises(ValueError, match=f"^replicate = .* {line}"):
            Draws(0, seed)


def test_seeds_of_64_bits_are_taken_and_differ() -> None:
    seeds = (0, 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, LARGEST_SEED)
    assert len({Draws(seed, 0).uniform("any") for seed in seeds}) == len(seeds)
    assert Draws(np.int64(5), np.uint8(2)).uniform("any") == Draws(5, 2).uniform("any")  # type: ignore[arg-type]
    assert checked_seed(LARGEST_SEED) == LARGEST_SEED


def test_a_value_is_shown_on_one_short_line() -> None:
    assert shown(True) == "true"
    assert shown("a\nb") == "'a\\nb'"
    assert shown("a\x1b[2J\u2028", quotes=False) == "a\\x1b[2J\\u2028"
    assert shown("x" * 99) == "'" + "x" * 56 + "..."
    assert shown(10**5_000) == "a value of type int too long to show"

    class Odd:
        def __repr__(self) -> str:
            return "odd\n" * 99

    assert shown(Odd()) == ("odd\\n" * 99)[:57] + "..."
