"""The desk phone of an account, judged again before each ring: rules change, and accounts are older than they are."""

from callcenter.errors import DeskPhoneNotCalled, NoDeskPhone
from callcenter.phone_number import PhoneNumber
from callcenter.records.agents import Agent


def of(agent: Agent) -> PhoneNumber:
    """The number to ring. Raises NoDeskPhone, DeskPhoneNotCalled."""
    number = agent.phone
    if number is None:
        raise NoDeskPhone
    if not number.may_be_rung:
        raise DeskPhoneNotCalled
    return number
