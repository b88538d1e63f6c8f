"""What comes with the service stands until it is edited, and what was edited stays."""

from dataclasses import replace
from datetime import date

from callcenter.db import reading, transaction
from callcenter.records import directory
from callcenter.rules.packaged_menu import packaged_topics
from callcenter.rules.territory import NATION

TODAY = date(2026, 11, 21)


def test_packaged_keywords_stand_until_they_are_edited_and_never_overwrite_what_was(database: object) -> None:
    packaged = {topic.keys: topic for topic in packaged_topics()}
    with reading() as session:
        assert {t.keys: t for _, t in directory.topics(session, TODAY)} == packaged
    edited = replace(packaged["42"], keywords={"fr": ("case",), "en": ("hut",)})
    with transaction() as session:
        directory.put_topic(session, NATION, edited, TODAY)
    for _ in range(2):  # as at every start
        with transaction() as session:
            assert directory.seed(session) == 0
    with reading() as session:
        assert {t.keys: t.keywords for _, t in directory.topics(session, TODAY)} == {
            keys: topic.keywords for keys, topic in (packaged | {"42": edited}).items()
        }
