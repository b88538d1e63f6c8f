"""What is published for everybody: the pick-up rate by an agent, as Services Publics+ defines it.

One line a department and month, of months that are final; as they were corrected, if they were. Counts under 11 are
kept back and the others rounded, so that no difference tells a small one (decision F5); a share is of the counts as
published. Where the database is a demonstration's or holds a simulated year, every line and the schema say that nothing
of it is real.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from callcenter import clock
from callcenter.config import settings
from callcenter.db import Session, reading
from callcenter.records import simulation_mark
from callcenter.records.figures import tiers, totals
from callcenter.records.figures.corrections import corrections
from callcenter.rules import quality
from callcenter.rules.published_measures import BY_CODE, LEAST, ROUNDED_TO, SIDES, published, published_share
from callcenter.rules.quality import FEW, PICK_UP_TARGET, Share
from callcenter.rules.spreadsheets import spreadsheet
from callcenter.rules.tally import Tally, grouped
from callcenter.rules.territory import TERRITORIES, UNKNOWN, national_day

FIRST = date(2020, 1, 1)  # before the first trial of the line
DAY = timedelta(days=1)
NAME = "taux-de-decroche-par-un-conseiller"
SIMULATED = "-simule"
COUNTED = (*BY_CODE["picked_up_or_called_back"].counted, "called_back")
FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "mois", "type": "yearmonth", "title": "Mois", "example": "2026-10"},
    {
        "name": "departement", "type": "string", "title": "Code du département de l'usager", "example": "46",
        "description": "Code INSEE ; inconnu quand la personne ne l'a pas dit.",
    },
    {"name": "nom_departement", "type": "string", "title": "Nom du département", "example": "Lot"},
    {
        "name": "appels_demandant_un_conseiller", "type": "integer", "title": "Appels demandant un conseiller",
        "description": "Décrochés, abandons, abandons courts, devenus rappels, refusés faute de place, incidents une "
        "fois le sujet connu. Arrondi ; vide sous 11.",
    },
    {
        "name": "decroches_en_direct", "type": "integer", "title": "Appels décrochés en direct par un conseiller",
        "description": "Arrondi ; vide sous 11.",
    },
    {
        "name": "taux_en_direct", "type": "number", "decimalChar": ",", "title": "Taux de décroché en direct",
        "description": f"Décrochés en direct ÷ appels demandant un conseiller. Objectif {PICK_UP_TARGET}.",
    },
    {
        "name": "decroches_ou_rappeles", "type": "integer", "title": "Appels décrochés en direct ou rappelés",
        "description": "Arrondi ; vide sous 11.",
    },
    {
        "name": "taux_avec_rappels", "type": "number", "decimalChar": ",",
        "title": "Taux de décroché, rappels aboutis compris",
        "description": "(Décrochés en direct + rappels aboutis) ÷ appels demandant un conseiller.",
    },
    {
        "name": "corrige_le", "type": "date", "title": "Date de la dernière correction", "example": "2026-12-03",
        "description": "Dernier jour où un des nombres de la ligne a changé après être devenu définitif ; vide : tels "
        "qu'ils ont été publiés.",
    },
    {
        "name": "simule", "type": "boolean", "title": "Données simulées", "trueValues": ["oui"], "falseValues": ["non"],
        "example": "non",
        "description": "oui : base d'une démonstration, ou qui contient une année inventée ; rien de cette ligne ne "
        "s'est produit. Seules les lignes à non sont des statistiques.",
    },
)  # fmt: skip
SCHEMA = {
    "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
    "name": NAME,
    "title": "Taux de décroché par un conseiller, par département et par mois",
    "description": "Engagement 6 de Services Publics+. Mois définitifs, huit jours après leur fin. CSV UTF-8, "
    "séparateur point-virgule, décimales à virgule. Secret statistique : tout nombre de 1 à "
    f"{FEW - 1} est masqué (vide) ; tout autre est arrondi au multiple de {ROUNDED_TO} le plus proche, {LEAST} au "
    "moins ; la différence de deux nombres publiés ne révèle donc aucun petit effectif. Un taux est celui des nombres "
    "publiés, vide si l'un d'eux est masqué ; plus les appels sont nombreux, moins il s'écarte du taux exact.",
    "version": "1.2.0",
    "primaryKey": ["mois", "departement"],
    "missingValues": [""],
    "fields": list(FIELDS),
}


def pick_up_rates() -> tuple[bytes, str]:
    """The table, UTF-8 with `;`, and the name of its file."""
    with reading() as session:
        simulated = _is_simulated(session)
        found = totals.between(
            session, FIRST, _last_final(), ("month", "department", "channel"), departments=[*TERRITORIES, UNKNOWN],
            channels=SIDES["phone"], waits=False,
        )  # fmt: skip
        corrected = corrections(session, FIRST, _last_final(), None, SIDES["phone"], COUNTED)
    each = grouped(found, lambda key: (key[0], key[1]))  # both channels of the side together
    lines = (
        _line(*key, tally, corrected.get(key), simulated=simulated)
        for key, tally in sorted(each.items())
        if quality.requiring_an_agent(tally)
    )
    table = spreadsheet([[field["name"] for field in FIELDS], *lines])
    return table, f"{NAME}{SIMULATED if simulated else ''}.csv"


def schema() -> Mapping[str, Any]:
    """What each column is: a Table Schema."""
    with reading() as session:
        simulated = _is_simulated(session)
    said = "DONNÉES SIMULÉES : rien de ce tableau ne s'est produit. " if simulated else ""
    return SCHEMA | {"description": f"{said}{SCHEMA['description']}", "simulated": simulated}


def _is_simulated(session: Session) -> bool:
    """Whether anything here was invented: a simulated year, or the practice calls of a demonstration."""
    return settings().demonstration or simulation_mark.is_written(session)


def _last_final() -> date:
    """The last day of the last month that is final."""
    today = national_day(clock.now())
    month = today.replace(day=1)
    while tiers.freezes_on(month) >= today:
        month = (month - DAY).replace(day=1)
    return tiers.following(month) - DAY


def _line(month: date, department: str, tally: Tally, corrected: date | None, *, simulated: bool) -> Iterable[str]:
    live, with_callbacks = quality.picked_up_live(tally), quality.picked_up_or_called_back(tally)
    name = TERRITORIES[department].name if department in TERRITORIES else department
    return [
        f"{month:%Y-%m}", department, name, _count(live.of), _count(live.part), _rate(live),
        _count(with_callbacks.part), _rate(with_callbacks), str(corrected or ""), "oui" if simulated else "non",
    ]  # fmt: skip


def _count(count: int) -> str:
    told = published(count)
    return "" if told is None else str(told)


def _rate(share: Share) -> str:
    told = published_share(share)
    return "" if told is None else f"{told:.4f}".replace(".", ",")
