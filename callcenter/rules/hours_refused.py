"""Why hours that somebody wrote are not understood: each reason in a sentence, with what it speaks of."""

from callcenter.rules.opening_hours import BadHours
from callcenter.rules.weekly_hours import DAYS, HOLIDAY, NAMES

WHY = {
    "word": ("« {what} » n'est pas compris.", "“{what}” is not understood."),
    "no_day": (
        "Dites quels jours, par exemple « lundi au vendredi {what} ».",
        "Say on which days, for example “Monday to Friday {what}”.",
    ),
    "no_hours": (
        "Dites à quelles heures pour « {what} », par exemple « {what} 9h-12h » ou « {what} fermé ».",
        "Say at what times for “{what}”, for example “{what} 9:00-12:00” or “{what} closed”.",
    ),
    "backwards": (
        "« {what} » finit avant de commencer. Après minuit, écrivez les deux jours : « lundi 22h-24h, mardi 0h-2h ».",
        "“{what}” ends before it begins. Past midnight, write both days: “Monday 22:00-24:00, Tuesday 0:00-2:00”.",
    ),
    "no_time": ("« {what} » n'est pas une heure.", "“{what}” is no time of day."),
    "half_span": (
        "« {what} » n'a pas de fin, ou pas de début : écrivez « 9h-12h ».",
        "“{what}” has no end, or no beginning: write “9:00-12:00”.",
    ),
    "twice": (
        "{what} est dit deux fois : écrivez toutes ses heures ensemble, par exemple « {what} 9h-12h, 14h-17h ».",
        "{what} is said twice: write all its hours together, for example “{what} 9:00-12:00, 14:00-17:00”.",
    ),
    "overlap": (
        "« {what} » recouvre d'autres heures du même jour.",
        "“{what}” overlaps other hours of the same day.",
    ),
    "except_hours": (
        "Après « sauf », des heures peuvent vouloir dire deux choses : écrivez ce jour à part, « {what} … ».",
        "After “except”, hours may mean two things: write that day by itself, “{what} …”.",
    ),
    "half_day": (
        "« {what} » ne peut pas être retiré : rien ne dit où finit la matinée de ce jour. Écrivez ses heures.",
        "“{what}” cannot be taken out: nothing says where the morning of that day ends. Write its hours.",
    ),
    "appointment": (
        "« {what} » n'est pas un horaire : écrivez les heures d'ouverture.",
        "“{what}” are no hours: write when it is open.",
    ),
    "season": (
        "« {what} » : ces horaires sont ceux de chaque semaine. Pour des dates, un mois ou des vacances, annoncez une "
        "exception.",
        "“{what}”: these are the hours of every week. For dates, a month or holidays, announce an exception.",
    ),
    "some_weeks": (
        "« {what} » : toutes les semaines doivent se ressembler. Annoncez une exception pour les autres.",
        "“{what}”: every week must be alike. Announce an exception for the others.",
    ),
    "working_days": (
        "« {what} » peut compter le samedi ou non : écrivez « lundi au vendredi » ou « lundi au samedi ».",
        "“{what}” may or may not count Saturday: write “Monday to Friday” or “Monday to Saturday”.",
    ),
    "whole_day": (
        "« {what} » : écrivez de quelle heure à quelle heure.",
        "“{what}”: write from what time to what time.",
    ),
    "never_open": (
        "Dites aussi quand c'est ouvert ; pour tout fermer, écrivez « fermé ».",
        "Say also when it is open; to close altogether, write “closed”.",
    ),
    "long": ("Ce texte est trop long.", "This text is too long."),
}


HOLIDAYS_NAMED = {"fr": "jours fériés", "en": "public holidays"}


class HoursNotUnderstood(BadHours):
    """Ces horaires n'ont pas été compris : rien n'a été changé."""

    english = "These hours were not understood: nothing was changed."

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__("bad_hours")
        self.why, self.what = why, what

    def of_day(self, day: str) -> "HoursNotUnderstood":
        """The same, of one day of a grid."""
        self.args = (f"bad_hours_{day}",)
        return self

    def sentence(self, language: str = "fr") -> str:
        """Its code is for the field of a form."""
        return self.own(language)

    def own(self, language: str) -> str:
        """The class's sentence, then what was not understood; nothing of what was written is said back."""
        is_said_back = self.what and self.what not in (*DAYS, HOLIDAY)
        return super().own(language) if is_said_back else f"{super().own(language)} {self.reason(language)}"

    def reason(self, language: str) -> str:
        """What was not understood, in its own words, for beside the field that holds them."""
        named = dict(zip(DAYS, NAMES[language], strict=True)) | {HOLIDAY: HOLIDAYS_NAMED[language]}
        return WHY[self.why][language == "en"].format(what=named.get(self.what, self.what))
