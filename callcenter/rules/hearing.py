"""How somebody on the telephone hears us: two tags, never both."""

from enum import IntEnum


class Hearing(IntEnum):
    """As it rides in an address."""

    ORDINARY = 0
    RELAY = 1  # a relay service speaks for them: it types, reads and waits
    HARD = 2  # they hear badly, and have asked us to speak slowly

    @property
    def slow(self) -> bool:
        """Whether we speak slowly."""
        return self != Hearing.ORDINARY

    @classmethod
    def of(cls, *, relay: bool, hard_of_hearing: bool) -> "Hearing":
        """By the two marks of a row; a relay service hears as it does, whoever is behind it."""
        return cls.RELAY if relay else cls.HARD if hard_of_hearing else cls.ORDINARY
