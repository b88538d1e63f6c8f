"""What a stranger, a broken client or an unlucky spreadsheet writes where a word was expected."""

from random import Random
from typing import Any

MARK = "zq7x"  # in every text of ours that an error page has no reason to repeat
MARKED = f'{MARK}"><i>'

TEXTS = (
    "", " ", "0", "-1", "1", "nan", "NaN", "inf", "-Infinity", "1e999", "1e400", "0x1F", "1_000", "٣", "４", "²", "½",
    "\x00", "a\x00b", "\x0b", "\x85", "\u2028", "\ufeff", "\ud800", "a\udfffb", "é" * 300,
    "9" * 5_000, "-" + "9" * 5_000,
    "9999-12-31", "0001-01-01", "10000-01-01", "2026-02-30", "9999-12-31T23:59", "0001-01-01T00:00", "2026-W01",
    "24:00",
    "25:61", "00:00", "2026-11-30T10:00:00+14:00", "00000000-0000-0000-0000-000000000000", "None", "null", "true", "*",
    "+33612345678", "0612345678", "+33899000000", "3949", "+", "#", "++33", "client:x", "sip:a@b", "%00", "%", "%zz",
    "../../etc/passwd", "' or 1=1 --", "{{7*7}}", "${x}", "=1+1", "@x", "\r\nSet-Cookie: a=b", MARKED,
    f"<script>{MARK}",
    "Mo-Fr 09:00-12:00", "Mo-Su 00:00-24:00; PH off", "Mo-Fr 26:00-27:00", "week 1-53/2 Mo", "46", "2A", "2a", "974",
    "R76",
    "N", "France", "impots", "autre", "fr", "en", "agent", "admin", "supervisor", "pause", "listen", "on", "off",
    "𝟜𝟞", "ﬀ", "İ", "ß" * 50, "a" * 70_000, "1;2;3", "[]", "{}", "[" * 200,
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2**31, 2**31 - 1, -(2**31) - 1, 2**63, 2**63 - 1, -(2**64), 10**400, 1e308, -1e308, 0.1, 1e-320,
    float("nan"), float("inf"), float("-inf"), True,
)  # fmt: skip
ODD: tuple[Any, ...] = (None, [], {}, [[]], [None], {"": None}, {MARK: MARKED}, [MARKED] * 3, False)
FILES = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"a;b;c\n1;2", b"\xff\xfea\x00;\x00b\x00", b"sep=;\na;b\n1;2\n",
    b'"' * 5_000, b"\r\r\r", b"PK\x03\x04" + b"\x00" * 100, b";" * 20_000, b"\x0b\x85\x1e\n" * 50, b"%PDF-1.4",
    "id;nom;latitude\n1;\u2028;nan\n".encode(), b"login;name\n" + b"=cmd();@x\n" * 50, b"\xc3\x28;\xa0\n",
)  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b"null", b"NaN", b'{"a":NaN}', b'{"a":1e999}', b'"\\ud800"', b'{"\\ud800":"\\ud800"}', b"\x00",
    b'{"a":' * 900, b"[" * 5_000, b"\xff\xfe{}", b"{}" + b" " * 60_000, b'{"a":1,"a":2}', b"9" * 5_000,
    b"--x\r\n", b"a=b&a=c&=&&&=d", b"%00=%00", b"a=%ud800", b"=" * 3_000, b"a&" * 2_000, b"csrf=" + b"x" * 2_000,
)  # fmt: skip
TYPES = (
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
    "text/csv", "", "application/json; charset=utf-16", "multipart/form-data; boundary=" + "y" * 300,
    "application/x-www-form-urlencoded; charset=utf-7",
)  # fmt: skip


def text(dice: Random) -> str:
    """One field, as it was never meant."""
    if dice.random() < 0.1:
        return "".join(
            chr(dice.choice((dice.randrange(128), dice.randrange(0x3000), dice.randrange(0x11000)))) for _ in range(8)
        )
    return dice.choice(TEXTS)


def anything(dice: Random) -> Any:
    """One JSON value of any kind."""
    return dice.choice((text(dice), dice.choice(NUMBERS), dice.choice(ODD)))


def an_address(dice: Random) -> str:
    """Where a stranger says that they come from: mostly somewhere new."""
    if dice.random() < 0.1:
        return "".join(each for each in text(dice) if " " <= each < "\x7f")[:500]
    return f"203.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
