"""Every sentence of the telephone, by language: `prompts/fr.toml`, `prompts/en.toml`.

A sentence may hold places in braces. What fills them is spoken as it stands, or digit by digit when it is `Spelled`.
"""

import tomllib
from datetime import date, datetime, timedelta
from importlib.resources import files
from string import Formatter

from callcenter.rules.languages import LANGUAGES
from ivr.turns import Say


def say(language: str, key: str, /, **values: str | int) -> Say:
    """The sentence `key` with its places filled. KeyError for a key or a place nobody wrote."""
    parts: list[str] = []
    for text, place in SENTENCES[language][key]:
        if text:
            parts.append(text)
        if place:
            value = values[place]
            parts.append(value if isinstance(value, str) else str(value))
    return Say(language, tuple(parts))


def text(language: str, key: str, /, **values: str | int) -> str:
    """The same, as one string to stand inside another sentence."""
    return str(say(language, key, **values))


def waiting(
    language: str, position: int, low: int | None, high: int | None, longer: bool, callback: bool,
    closes_at: datetime | None = None,
) -> tuple[Say, ...]:  # fmt: skip
    """What a waiting caller is told: place, range in minutes or "longer than expected" or neither, until when we answer
    if that is soon, the callback key."""
    told = [say(language, "waiting.next") if position == 1 else say(language, "waiting.place", place=position)]
    if longer:
        told.append(say(language, "waiting.longer"))
    elif low is not None and high is not None:
        told.append(say(language, "waiting.range", low=low, high=high))
    if closes_at:
        told.append(say(language, "waiting.until", time=spoken_time(language, closes_at)))
    if callback:
        told.append(say(language, "waiting.callback"))
    return tuple(told)


def spoken_time(language: str, at: datetime) -> str:
    """A local time as it is said: « 8 heures 30 », "8 30 AM"."""
    if language == "en":
        if not at.minute and at.hour in (0, 12):
            return "noon" if at.hour else "midnight"
        hour = at.hour % 12 or 12
        return f"{hour}{f' {at.minute:02}' if at.minute else ''} {'AM' if at.hour < 12 else 'PM'}"
    if not at.minute and at.hour in (0, 12):
        return "midi" if at.hour else "minuit"
    hours = f"{at.hour} heure{'s' if at.hour > 1 else ''}"
    return f"{hours} {at.minute}" if at.minute else hours


def spoken_day(language: str, day: date, today: date | None = None) -> str:
    """A day as it is said: « demain », « lundi 23 novembre », "on Monday 23 November". `today`: where it is said."""
    if today is not None and today <= day <= today + timedelta(days=1):
        return text(language, "calendar.today" if day == today else "calendar.tomorrow")
    weekdays, months = text(language, "calendar.weekdays").split(), text(language, "calendar.months").split()
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    name = weekdays[day.weekday()]
    return text(language, "calendar.on_day", weekday=name, number=number, month=months[day.month - 1])


def _sentences(language: str) -> dict[str, tuple[tuple[str, str | None], ...]]:
    chapters = tomllib.loads((files("ivr") / "prompts" / f"{language}.toml").read_text(encoding="utf-8"))
    return {
        f"{chapter}.{name}": tuple((text, place) for text, place, _, _ in Formatter().parse(sentence))
        for chapter, sentences in chapters.items()
        for name, sentence in sentences.items()
    }


SENTENCES = {language: _sentences(language) for language in LANGUAGES}
