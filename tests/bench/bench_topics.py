"""How well everyday sentences are understood: `make bench ARGS=topics`; `--misses` lists what is not.

Each file of `tests/sentences` is one of TUNED, which the keywords were widened with, or of HELD_OUT, whose rows nobody
who touches keywords reads: they are never listed. `third.csv` is the hand's that tunes, written with the keywords
frozen; `fourth.csv` is another hand's, who saw neither keywords nor sentences. The measure is the labelled set, `first`
and `fourth`: half of it by another hand. Right: the labelled topic, a person, « je ne sais pas » where that is meant,
and no topic where we are to ask again. Wrong: another topic, or any where we are to ask. The rest is asked again.
"""

import csv
import sys
import time
from collections import Counter
from pathlib import Path

from callcenter.rules.packaged_menu import packaged_menu
from ivr.caller_answers import Heard
from ivr.dialogue import NOT_UNDERSTOOD, spoken
from ivr.spoken_answers import NAMED

SENTENCES = Path(__file__).parent.parent / "sentences"
UNSURE = str(len(packaged_menu().level("")) + 1)
MEANT = {"0": "conseiller", UNSURE: "autre"}
ASK = "demander"
"""The label of a sentence that says no topic."""
TUNED = ("first", "second", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "english")
HELD_OUT = ("third", "fourth")


def understood(sentence: str, language: str = "fr") -> str | None:
    """The label that the dialogue gives to a sentence; None when it asks again."""
    keys = spoken("topic", Heard(language=language), sentence, packaged_menu())
    if keys == NOT_UNDERSTOOD:
        return None
    return packaged_menu().topics[keys.removeprefix(NAMED)].code if keys.startswith(NAMED) else MEANT.get(keys)


def labelled(name: str) -> list[tuple[str, str]]:
    """Topic and sentence of each line of one half."""
    with (SENTENCES / f"{name}.csv").open(encoding="utf-8") as file:
        return [(row["topic"], row["sentence"]) for row in csv.DictReader(file, delimiter=";")]


def labelled_set() -> list[tuple[str, str]]:
    """The 300 sentences of the measure."""
    return [*labelled("first"), *labelled("fourth")]


def outcome(topic: str, sentence: str, language: str = "fr") -> str:
    """`right`, `wrong` or `again`. Being put through to a person is never a wrong topic."""
    got = understood(sentence, language)
    guessed = got not in (None, "conseiller", "autre")
    if got == topic or (topic == ASK and not guessed):
        return "right"
    return "wrong" if guessed else "again"


def outcomes(name: str) -> list[str]:
    """The outcome of each line of one file."""
    language = "en" if name == "english" else "fr"
    return [outcome(*each, language) for each in labelled(name)]


def main() -> None:
    for name in (*TUNED, *HELD_OUT):
        _tell(f"topics_{name}", Counter(outcomes(name)))
        if "--misses" in sys.argv and name in TUNED:
            _list(name)
    _tell("topics_labelled_set", Counter(outcome(*each) for each in labelled_set()))
    began = time.perf_counter()
    for _, sentence in labelled("first"):
        understood(sentence)
    print(f"topics_milliseconds {(time.perf_counter() - began) * 1000 / len(labelled('first')):.2f}")


def _list(name: str) -> None:
    for (topic, sentence), how in zip(labelled(name), outcomes(name), strict=True):
        if how != "right":
            print(f"  {how:5} {topic:10} {sentence}")


def _tell(name: str, found: Counter[str]) -> None:
    whole = found.total()
    print(f"{name}_right {found['right'] / whole:.3f}")
    print(f"{name}_wrong {found['wrong'] / whole:.3f}")


if __name__ == "__main__":
    main()
