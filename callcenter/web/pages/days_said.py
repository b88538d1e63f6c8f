"""Days and periods as people say them: « lundi », « le 3 décembre », « du 3 au 5 décembre »."""

from datetime import date, datetime, timedelta

from callcenter.rules.rounds import MONTHS, WEEKDAYS
from callcenter.rules.weekly_hours import clock
from callcenter.web.pages.words import say


def day_said(day: date, today: date, language: str) -> str:
    """« 3 décembre », with the year where it is not this one; « 1er décembre »."""
    month = MONTHS[language][day.month - 1]
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month}" + ("" if day.year == today.year else f" {day.year}")


def period_said(first: date, last: date, today: date, language: str) -> str:
    """« le 3 décembre », « du 3 au 5 décembre », « du 30 décembre au 2 janvier 2027 »."""
    if first == last:
        return say(language, "days.one", day=day_said(first, today, language))
    begins = day_said(first, today, language)
    if (first.year, first.month) == (last.year, last.month):
        begins = begins.split()[0]
    return say(language, "days.several", first=begins, last=day_said(last, today, language))


def opens_said(opens: datetime, today: date, language: str) -> str:
    """« à 14h », « demain à 9h », « lundi à 9h », « le 7 décembre à 9h »."""
    hour = clock(opens.hour * 60 + opens.minute, language)
    ahead = (opens.date() - today).days
    if ahead == 0:
        return say(language, "days.at", hour=hour)
    if ahead == 1:
        return say(language, "days.tomorrow", hour=hour)
    if opens.date() < today + timedelta(days=7):
        return say(language, "days.weekday", day=WEEKDAYS[language][opens.weekday()], hour=hour)
    return say(language, "days.later", day=day_said(opens.date(), today, language), hour=hour)
