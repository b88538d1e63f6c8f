"""A REST request's form or query: repeated names keep every value."""

from collections.abc import Iterable
from urllib.parse import parse_qsl


class RestForm:
    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = list(pairs)

    @classmethod
    def parse(cls, text: str) -> "RestForm":
        return cls(parse_qsl(text, keep_blank_values=True))

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def words(self, name: str) -> frozenset[str]:
        """Every value; values may also be separated by spaces."""
        return frozenset(word for key, value in self.pairs if key == name for word in value.split())

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    def number(self, name: str, default: float) -> float:
        try:
            return float(self.get(name) or default)
        except ValueError:
            return default
