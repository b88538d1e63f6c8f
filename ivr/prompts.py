"""Every sentence of the telephone, by language: `prompts/fr.toml`, `prompts/en.toml`.

A sentence may hold places in braces. What fills them is spoken as it stands, or digit by digit when it is `Spelled`.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from string import Formatter

from callcenter.rules.languages import LANGUAGES
from callcenter.rules.waiting import Announcement, Range, Telling
from ivr.turns import Say

BECAUSE = {  # of `Opening.why`: what we can say in every language
    "strike": "closed.because_strike",
    "flood": "closed.because_flood",
    "training": "closed.because_training",
    "holiday": "closed.because_holiday",
}
NO_REASON = frozenset({"", "hours", "unknown", "exception", "other"})  # of `Opening.why`


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


def closed_until(language: str, why: str, when: Mapping[str, str]) -> tuple[Say, ...]:
    """When we open again, and for what reason we are closed if one was written (`why`: its code, or what somebody wrote
    in French)."""
    if why in BECAUSE:
        return (say(language, "closed.reopens_after", because=text(language, BECAUSE[why]), **when),)
    reopens = say(language, "closed.reopens", **when)
    if why in NO_REASON:
        return (reopens,)
    foreign = () if language == "fr" else (say(language, "closed.reason_in_french"),)
    return (*foreign, say("fr", "closed.reason", reason=why), reopens)


def waiting(language: str, told: Announcement) -> tuple[Say, ...]:
    """What a waiting caller is told, and the callback key."""
    return one_truth(language, told.telling, told), say(language, "waiting.callback")


def one_truth(language: str, telling: Telling, told: Announcement | None = None) -> Say:
    """The sentence of an announcement; without one, of what needs nothing to fill it."""
    match telling, told:
        case Telling.PLACE, Announcement(position=1):
            return say(language, "waiting.next")
        case Telling.PLACE, Announcement(position=place):
            return say(language, "waiting.place", place=place)
        case Telling.RANGE, Announcement(range=Range(low, high)):
            return say(language, "waiting.range", low=low, high=high)
        case Telling.UNTIL, Announcement(closes_at=datetime() as closes_at):
            return say(language, "waiting.until", time=spoken_time(language, closes_at))
        case Telling.LONGER, _:
            return say(language, "waiting.longer")
        case Telling.AWAY, _:
            return say(language, "waiting.away")
        case Telling.KEPT, _:
            return say(language, "queue.kept")
        case _:
            return say(language, "waiting.still_here")


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
