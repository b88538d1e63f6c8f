"""The languages that somebody on duty speaks, followed in the background."""

from callcenter.live import floor, store
from callcenter.rules.packaged_menu import packaged_menu
from callcenter.rules.routing import agent_queues
from ivr.spoken_languages import Languages


def test_english_is_spoken_while_somebody_on_duty_speaks_it(database: object, live: object) -> None:
    languages = Languages(packaged_menu)
    languages.look()
    assert (languages.on_duty("fr"), languages.on_duty("en")) == (True, False)
    floor.enter("mary", agent_queues("mary", "974", ["sante"], ["fr", "en"]), 0.0)
    languages.look()
    assert languages.on_duty("en")
    floor.leave("mary")
    languages.look()
    assert not languages.on_duty("en")


def test_with_the_store_away_the_last_answer_stands(database: object, live: object) -> None:
    languages = Languages(packaged_menu)
    floor.enter("mary", agent_queues("mary", "46", ["autre"], ["en"]), 0.0)
    languages.look()
    store._breaker().open()
    languages.look()
    assert languages.on_duty("en")
    store.forget()
