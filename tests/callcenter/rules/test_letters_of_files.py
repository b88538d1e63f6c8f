"""Which letters a file is written in is told by the French that they make, and by nothing else."""

from io import BytesIO

import pytest

from callcenter.reference import rows
from callcenter.rules import letters_of_files
from callcenter.rules.letters_of_files import StrayBytes, TwoWays

ENDS = ("\n", "\r", "\r\n")
PLAIN = [
    "Léa Été",
    "Hélène",
    "NÎMES; FORÊT",
    "sœur ; cœur",
    "5 € l’entrée",
    "L’Haÿ-les-Roses ; à côté",
    "« Garçon » n° 5",
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("written", ["cp1252", "mac_roman", "cp850", "utf-8", "utf-8-sig"])
def test_french_is_read_as_it_was_written_whatever_its_ends_of_line(written: str, end: str) -> None:
    lines = [row["fr"] for row in rows("procedures.csv")]
    content = end.join(lines).encode(written, "ignore")
    assert letters_of_files.encoding(BytesIO(content)) == written


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("text", PLAIN)
@pytest.mark.parametrize("written", ["cp1252", "mac_roman"])
def test_a_short_file_is_read_or_refused_and_never_garbled(written: str, text: str, end: str) -> None:
    content = f"nom{end}{text}{end}".encode(written)
    try:
        read = content.decode(letters_of_files.encoding(BytesIO(content)))
    except TwoWays:
        return
    assert read == content.decode(written)


def test_what_a_strict_reader_found_is_read_right() -> None:
    for end in ENDS:
        for written in ("cp1252", "mac_roman"):
            assert letters_of_files.encoding(BytesIO(f"nom{end}Léa Été{end}".encode(written))) == written


def test_a_stray_byte_in_utf_8_is_told_with_its_line_wherever_it_stands() -> None:
    many = "référence;Léa\r\n" * 20_000
    with pytest.raises(StrayBytes) as found:
        letters_of_files.encoding(BytesIO(many.encode() + b"Zo\xeb\r\n" + many.encode()))
    assert found.value.line == 20_001


def test_a_word_across_two_blocks_is_not_cut() -> None:
    content = b"x " * (letters_of_files.BLOCK // 2 - 1) + "x\u00e9\u00e8x ".encode() * 3
    assert letters_of_files.encoding(BytesIO(content)) == "utf-8"
    unbroken = "é".encode() * letters_of_files.BLOCK
    assert letters_of_files.encoding(BytesIO(b"x" + unbroken)) == "utf-8"
