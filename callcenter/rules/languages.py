"""The languages in which the service speaks and writes."""

LANGUAGES = ("fr", "en")
FRENCH = "fr"  # what every adviser speaks
