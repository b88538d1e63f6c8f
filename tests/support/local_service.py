"""A service that a department has of its own."""

ADIL = {
    "scope": "46",
    "keys": "14",
    "code": "adil",
    "labels": {"fr": "l'information sur le logement", "en": "housing advice"},
    "keywords": {"fr": ["adil", "bail"]},
    "sheet": {"fr": "Demander l'adresse du logement."},
    "partners": [],
}
