"""Whether a database holds a simulated year, so that every page says so."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent

MARK = "simule-"


def is_written(session: Session) -> bool:
    """Whether this database holds a simulated year; its agents say so, who are few."""
    return session.scalar(select(Agent.id).where(Agent.login.startswith(MARK)).limit(1)) is not None
