"""What is told of each screen to whoever asks for help on it: one file a language, the same pages in each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class HelpPage:
    """One screen: what it is for, then what one does there, a sentence each."""

    title: str
    what: str
    steps: tuple[str, ...]


@cache
def help_pages(language: str) -> Mapping[str, HelpPage]:
    """By the name that a screen's template gives in its `help` block, or in `here`."""
    text = (files("callcenter.web.pages") / "help" / f"{language}.toml").read_text(encoding="utf-8")
    return {
        name: HelpPage(page["title"], page["what"], tuple(page["steps"])) for name, page in tomllib.loads(text).items()
    }
