"""What is the matter? The topic menu."""

from callcenter.rules.menu import Menu
from callcenter.rules.territory import rings
from ivr import spoken_answers
from ivr.caller_answers import Heard, Reached
from ivr.prompts import say
from ivr.steps import QUEUE, Question, a_few, leads_to, say_notices, turn_page
from ivr.turns import Say

# What is the matter?


def _say_topics(heard: Heard, menu: Menu) -> tuple[Say, ...]:
    level = menu.of(heard.department).level(heard.group)
    first = not (heard.group or heard.tries or heard.repeats or heard.page)
    notices = say_notices(heard, menu, *rings(heard.department)[:-1]) if first else ()
    choices = [say(heard.language, "menu.topic_choice", topic=t.labels[heard.language], key=t.keys[-1]) for t in level]
    choices.append(say(heard.language, "menu.topic_unknown", key=len(level) + 1))
    opening = () if heard.page else (say(heard.language, "menu.subtopic" if heard.group else "menu.topic"),)
    return (*notices, *opening, *a_few(heard, choices), say(heard.language, "menu.repeat"))


def _answer_topic(keys: str, heard: Heard, menu: Menu) -> Reached | None:
    menu = menu.of(heard.department)
    if turned := turn_page(keys, heard, "topic", len(menu.level(heard.group)) + 1):
        return turned
    if keys.startswith(spoken_answers.NAMED):
        named = menu.topics.get(keys.removeprefix(spoken_answers.NAMED))
        return (QUEUE, heard._replace(topic=named.code)) if named and named.code else None
    if len(keys) == 1 and (chosen := menu.topics.get(heard.group + keys)):
        return (QUEUE, heard._replace(topic=chosen.code)) if chosen.code else ("topic", heard._replace(group=keys))
    return (QUEUE, heard) if keys == str(len(menu.level(heard.group)) + 1) else None


MATTER_QUESTIONS = {"topic": Question(_say_topics, _answer_topic, leads_to(QUEUE), hears=spoken_answers.matter)}
