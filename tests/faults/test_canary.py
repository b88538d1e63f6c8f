"""A number is planted like a canary and looked for wherever it must not sing: logs, index, addresses, rows in clear."""

import re
from collections.abc import Iterator

import redis
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import agent, offer_answers
from callcenter.config import settings
from callcenter.db import reading
from callcenter.rules.states import PauseReason
from tests.faults.conftest import Town, until

CALLING, TYPED = "612345698", "687654329"


def sings(where: str) -> list[str]:
    """The lines in which either number is, in any grouping of its digits, or as bytes in hexadecimal."""
    return [
        line[:200]
        for line in where.splitlines()
        for number in (CALLING, TYPED)
        if number in re.sub(r"(?<=\d)[ .\-_/](?=\d)", "", line) or number.encode().hex() in line
    ]


def test_a_number_is_nowhere_in_clear(town: Town) -> None:
    assert sings("tel 6 12 34 56 98")
    assert sings(CALLING.encode().hex())
    assert not sings("612345 6")
    agent.pause(town.karim, PauseReason.BREAK, clock.now())
    caller = town.line.call(from_=f"+33{CALLING}")
    caller.hears("code postal", 30).presses("46000").hears("Lot", 30).presses("1").hears("impôts", 30).presses("3")
    caller.hears("rappelé", 30).presses("1").hears("autre numéro", 30).presses("2").hears("dix chiffres", 30)
    caller.presses(f"0{TYPED}").hears("Vous avez tapé", 30).presses("1").hears("référence", 30).is_hung_up(30)
    again = town.line.call(from_=f"+33{CALLING}")
    again.hears("code postal", 30).presses("46000").hears("Lot", 30).presses("1").hears("impôts", 30).presses("3")
    agent.become_available(town.karim, clock.now())
    until(lambda: town.offer() is not None)
    offer = town.offer()
    assert offer is not None
    offer_answers.accept_offer(town.karim, offer.id, clock.now())
    until(lambda: not town.is_("offered") and not town.is_("connecting"))
    for name, content in everywhere(town):
        assert sings(content) == [], name


def everywhere(town: Town) -> Iterator[tuple[str, str]]:
    """Every place where bytes of a call come to rest, or pass by in an address."""
    for log in town.service.logs.glob("*.log"):
        if log.name != "carrier.log":
            yield log.name, log.read_text(errors="replace")
    for database in (0, 1):
        server = redis.Redis.from_url(settings().redis_url.rpartition("/")[0] + f"/{database}")
        for key in server.scan_iter("*"):
            yield f"key {key!r}", f"{key!r}\n{value_of(server, key)!r}"
    for entry in town.line.log():
        yield f"address {entry['n']}", f"{entry.get('url', '')}\n{entry.get('path', '')}\n{entry.get('query', '')}"
    with reading() as session:
        tables = list(session.scalars(text("select tablename from pg_tables where schemaname = 'public'")))
        assert "drafts" in tables
        for table in tables:
            rows = session.scalars(text(f'select t::text from "{table}" t'))  # noqa: S608 - our own names
            yield f"table {table}", "\n".join(rows)


def value_of(server: redis.Redis, key: bytes) -> object:
    match server.type(key):
        case b"string":
            return server.get(key)
        case b"hash":
            return server.hgetall(key)
        case b"set":
            return server.smembers(key)
        case b"zset":
            return server.zrange(key, 0, -1, withscores=True)
        case b"list":
            return server.lrange(key, 0, -1)
        case other:
            raise AssertionError(f"{key!r} is a {other!r}: look into it too")
