"""Every word a member of staff reads, one file a language. A word that is missing is an error, never a blank."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def words(language: str) -> Mapping[str, str]:
    """`table.key` -> sentence."""
    text = (files("callcenter.web.pages") / "words" / f"{language}.toml").read_text(encoding="utf-8")
    return {f"{table}.{key}": word for table, lines in tomllib.loads(text).items() for key, word in lines.items()}


def say(language: str, key: str, **values: object) -> str:
    """The sentence `key`, with its values in place; `{count:site|sites}` is the word that goes with the count.
    Raises KeyError."""
    sentence = words(language)[key]
    if "|" in sentence:
        return _ONE_OR_MANY[language].format(sentence, **values)
    return sentence.format(**values) if values else sentence


class _OneOrMany(string.Formatter):
    def __init__(self, *one: str) -> None:
        self.one = one

    def format_field(self, value: object, format_spec: str) -> str:
        one, split, many = format_spec.partition("|")
        if not split:
            return str(super().format_field(value, format_spec))
        return one if str(value) in self.one else many


_ONE_OR_MANY = {"fr": _OneOrMany("0", "1"), "en": _OneOrMany("1")}
