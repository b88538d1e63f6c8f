"""What a caller from a department that is not served yet is told instead: where they are welcome today. By voice, and
by text where they ask for it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from callcenter import sealing
from callcenter.actions.config_snapshot import ConfigSnapshot, Counter
from callcenter.errors import BadNumber
from callcenter.phone_number import PhoneNumber
from callcenter.rules import rounds
from callcenter.rules.opening_hours import is_holiday, on_their_clock
from callcenter.rules.site_hours import SiteDay, as_time, on_day
from callcenter.rules.territory import TERRITORIES
from ivr import sms
from ivr.prompts import say, spoken_day, spoken_time, text
from ivr.turns import Say, Spelled

IN_ADDRESS = sealing.SealedPlace("address", "place", "")  # it rests nowhere else, and whoever hears of it has its line
MOST = 3  # sites one can remember while listening
MOST_STOPS = 2
MOST_SEGMENTS = 4  # of a text: what is nearest comes first, and the rest is left out


def told(standing: ConfigSnapshot, department: str, postal_code: str, language: str, at: datetime) -> tuple[Say, ...]:
    """From when on the department is served, if that is planned; the sites of this postal code, else of the department
    in order of town, with number and today's hours; and where the bus stops. The code is used here and forgotten."""
    territory = TERRITORIES[department]
    name = territory.spoken if language == "fr" else territory.name
    shown, are_own = _shown(standing, department, postal_code)
    local = on_their_clock(department, at) or at
    said = [say(language, "sites.not_open", territory=name)]
    if opens := standing.opens_on.get(department):
        said.append(say(language, "sites.opens_on", day=spoken_day(language, opens)))
    said.append(say(language, "sites.of_postal_code" if are_own else "sites.of_department" if shown else "sites.none"))
    for site in shown:
        said += _one(site, language, local, _today(standing, site, local))
    passing = _passing(standing, department, postal_code, language, local)
    return (*said, *(Say(language, (sentence,)) for sentence in passing))


def written(standing: ConfigSnapshot, department: str, postal_code: str, language: str, at: datetime) -> str:
    """The same as the text that is sent: a line for each site, then one for each stop of the bus."""
    shown, _ = _shown(standing, department, postal_code)
    local = on_their_clock(department, at) or at
    lines = [", ".join(_written(site, language, _today(standing, site, local))) for site in shown]
    lines += _passing(standing, department, postal_code, language, local)
    return sms.within([text(language, "text.sites"), *lines], MOST_SEGMENTS)


def sealed(postal_code: str) -> str:
    """A postal code as it may ride in an address."""
    return urlsafe_b64encode(sealing.seal(postal_code, IN_ADDRESS)).decode().rstrip("=")


def unsealed(place: str) -> str:
    """The postal code of an address; empty where there is none."""
    return sealing.unseal(urlsafe_b64decode(place + "=" * (-len(place) % 4)), IN_ADDRESS) if place else ""


def _shown(standing: ConfigSnapshot, department: str, postal_code: str) -> tuple[Sequence[Counter], bool]:
    every = standing.sites.get(department, ())
    own = [site for site in every if site.postal_code == postal_code]
    return (own or list(every))[:MOST], bool(own)


def _passing(standing: ConfigSnapshot, department: str, postal_code: str, language: str, local: datetime) -> list[str]:
    stops = [stop for stop in standing.rounds if stop.department == department]
    nearest = [stop for stop in stops if stop.postal_code == postal_code] or stops
    coming = [(following, stop) for stop in nearest if (following := standing.next_pass(stop, local))]
    soonest = sorted(coming, key=itemgetter(0))[:MOST_STOPS]
    return [rounds.sentence(stop, language, local.date(), following) for following, stop in soonest]


def _today(standing: ConfigSnapshot, site: Counter, local: datetime) -> SiteDay:
    today = local.date()
    holiday = bool(is_holiday(site.department, today, standing.hours.overrides))
    return on_day(site.week, today, holiday, standing.exception_of(site.id, today))


def _one(site: Counter, language: str, local: datetime, today: SiteDay) -> list[Say]:
    said = [say(language, "sites.one", name=site.name, city=site.city)]
    if number := _number(site.phone):
        said.append(say(language, "sites.number", number=Spelled(number)))
    if not today.is_known:
        return said  # a site that gave no hours is not said to be closed
    if not today.spans:
        return [*said, say(language, "sites.closed_by_exception" if today.why else "sites.closed_today")]
    times = [
        text(language, "sites.span", opens=_time(language, local, opens), closes=_time(language, local, closes))
        for opens, closes in today.spans
    ]
    *before, last = times
    spans = text(language, "sites.and", before=", ".join(before), last=last) if before else last
    return [*said, say(language, "sites.open_today", spans=spans)]


def _written(site: Counter, language: str, today: SiteDay) -> list[str]:
    parts = [site.name, site.city, *([number] if (number := _number(site.phone)) else [])]
    if not today.is_known:
        return parts
    if not today.spans:
        return [*parts, text(language, "text.site_closed_by_exception" if today.why else "text.site_closed")]
    spans = " ".join(f"{opens}-{closes}" for opens, closes in today.spans)
    return [*parts, text(language, "text.site_open", spans=spans)]


def _time(language: str, local: datetime, written: str) -> str:
    return spoken_time(language, datetime.combine(local.date(), as_time(written)))


def _number(written: str) -> str:
    try:
        return PhoneNumber.parse(written).national if written else ""
    except BadNumber:
        return ""
