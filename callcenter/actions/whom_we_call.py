"""What a citizen on hold is told of the desk that their agent calls for them: the phrase that is said of it."""

from datetime import datetime

from callcenter.db import Session, reading
from callcenter.records import consults, directory, referents
from callcenter.records.calls import Call
from callcenter.rules.consults import ConsultKind, ConsultState
from callcenter.rules.territory import national_day


def called_for(session: Session, call: Call) -> str:
    """The consult of this call whose partner's desk is being rung; "" where none is."""
    consult = consults.help_of_call(session, call.id)
    rung = consult and consult.kind == ConsultKind.REFERENT and consult.state == ConsultState.RUNG
    return consult.id if consult and rung else ""


def phrase_of(consult_id: str, language: str, at: datetime) -> str:
    """What is said of the desk that is being rung, else of its partner; "" where nobody has written either, or the
    desk is rung no more. Raises DatabaseDown."""
    with reading() as session:
        consult = consults.get(session, consult_id)
        if consult is None or consult.state != ConsultState.RUNG or not consult.partner:
            return ""
        desk = referents.get(session, consult.referent_id) if consult.referent_id else None
        if desk and desk.phrases.get(language):
            return desk.phrases[language]
        day, partner = national_day(at), consult.partner
        names = (each for each in directory.partner_times(session) if each.holds(partner, day))
        return next((each.phrases.get(language, "") for each in names), "")
