"""What is published for everybody: the pick-up rate by an agent, as Services Publics+ defines it.

One line a department and month, of months that are final; as they were corrected, if they were. Counts under 11 are
kept back and the others rounded, so that no difference tells a small one; a share is of the counts as published. Where
the database is a demonstration's or holds a simulated year, every line and the schema say that nothing of it is real.
"""

from datetime import date, timedelta
from typing import Any

from callcenter.rules.published_measures import BY_CODE, LEAST, ROUNDED_TO
from callcenter.rules.quality import FEW, PICK_UP_TARGET

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
