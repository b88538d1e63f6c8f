"""What is said for a topic, and what is read."""

from callcenter.rules.menu import Menu, Topic
from ivr.caller_answers import Heard
from ivr.dialogue import ask

SAID = {"fr": "la santé et les remboursements", "en": "health cover"}
READ = {"fr": "Santé et remboursements", "en": "Health and refunds"}
HEARD = {"fr": "Pour la santé et les remboursements, tapez 1.", "en": "For health cover, press 1."}


def test_the_menu_says_the_phrase_of_a_topic_and_never_the_name_that_is_read() -> None:
    """In both languages, at both levels."""
    menu = Menu([Topic("1", "", SAID, names=READ), Topic("11", "sante", SAID, names=READ)])
    for language, sentence in HEARD.items():
        for group in ("", "1"):
            said = " ".join(map(str, ask("topic", Heard(language=language, group=group), menu, "/voice/heard").say))
            assert sentence in said
            assert READ[language] not in said
    assert menu.topics["11"].name("fr") == "Santé et remboursements"
