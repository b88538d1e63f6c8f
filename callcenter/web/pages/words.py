"""Every word a member of staff reads, one file a language. A word that is missing is an error, never a blank."""

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
    """The sentence `key`, with its values in place. Raises KeyError."""
    sentence = words(language)[key]
    return sentence.format(**values) if values else sentence
