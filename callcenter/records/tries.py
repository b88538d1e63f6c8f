"""The tries to sign in, written before the password is looked at: those who try sixty times at once are counted too.

A try stands under each thing that it is counted by, as a pseudonym: a strange browser's under its name, its address and
both together; a browser that signed in with this account before under itself alone, so that no stranger's tries lock an
agent out. What succeeds is struck out, and with it what this browser had failed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base


class SignInTry(Base):
    """One try, under one of what it is counted by."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("sign_in_tries_by_who", "who", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    who: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Count:
    """So many tries at most within so long."""

    what: str
    most: int
    within: timedelta


DEVICE = Count("device", 5, timedelta(minutes=10))
HERE = Count("here", 5, timedelta(minutes=10))  # a name from an address
NAME = Count("name", 20, timedelta(hours=1))  # from everywhere: what a botnet has for one account
ADDRESS = Count("address", 100, timedelta(minutes=10))  # a whole office behind one address begins at half past eight
LONGEST = max(count.within for count in (DEVICE, HERE, NAME, ADDRESS))


@dataclass(frozen=True)
class Try:
    """A try that was let through to the password. `ids`: its rows."""

    ids: tuple[int, ...]
    own: bytes


@dataclass(frozen=True)
class TooMany:
    """It was not let through; `wait`: seconds until one may be."""

    wait: int


def begin(session: Session, login: str, address: str, device: str, at: datetime) -> Try | TooMany:
    """Count one try, or refuse it. `device`: of a browser that this account knows, else empty. Whoever is counted by
    the same waits here for the other's transaction, so that no two pass for one."""
    counted = _counted(login, address, device)
    for who in sorted(who for _, who in counted):
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(who[:8], "big", signed=True))))
    wait = max(_wait(session, count, who, at) for count, who in counted)
    if wait > 0:
        return TooMany(wait)
    rows = [SignInTry(who=who, at=at) for _, who in counted]
    session.add_all(rows)
    session.flush()
    return Try(tuple(row.id for row in rows), counted[0][1])


def succeeded(session: Session, tried: Try) -> None:
    """The password was right: this try is none against anybody, nor are those that this browser failed before. What
    others failed from the same address, or with this name, stays."""
    session.execute(delete(SignInTry).where(SignInTry.id.in_(tried.ids) | (SignInTry.who == tried.own)))


def take_back(session: Session, tried: Try) -> None:
    """Nobody looked at the password: it was no try."""
    session.execute(delete(SignInTry).where(SignInTry.id.in_(tried.ids)))


def tidy(session: Session, at: datetime) -> None:
    """Forget what counts no more."""
    session.execute(delete(SignInTry).where(SignInTry.at < at - LONGEST))


def _counted(login: str, address: str, device: str) -> Sequence[tuple[Count, bytes]]:
    """What a try is counted by, its own browser first."""
    if device:
        return ((DEVICE, sealing.pseudonym(f"device:{device}")),)
    return (
        (HERE, sealing.pseudonym(f"here:{login}\x1f{address}")),
        (NAME, sealing.pseudonym(f"name:{login}")),
        (ADDRESS, sealing.pseudonym(f"address:{address}")),
    )


def _wait(session: Session, count: Count, who: bytes, at: datetime) -> int:
    """Whole seconds until fewer than the most are within the time."""
    latest = (
        select(SignInTry.at)
        .where(SignInTry.who == who, SignInTry.at > at - count.within)
        .order_by(SignInTry.at.desc())
        .limit(1)
        .offset(count.most - 1)
    )
    oldest = session.scalar(latest)
    return 0 if oldest is None else max(1, int((oldest + count.within - at).total_seconds()) + 1)
