"""How well everyday sentences are understood: `make bench ARGS=topics`; `--misses` lists what is not.

`tests/sentences/first.csv` was written before the keywords. `second.csv` was written after their first version, which
understood 73 % of it; the keywords were widened with it in sight. `third.csv` was written after that, with the keywords
frozen; nobody tunes to it. `fourth.csv` is another hand's, who saw neither keywords nor sentences. The measure is the
labelled set, `first` and `fourth`: half of it by another hand. Right: the labelled topic, a person, or « je ne sais
pas » where that is meant. Wrong: another topic. The rest is asked again.
"""

import csv
import sys
import time
from collections import Counter
from pathlib import Path

from ivr.dialogue import NAMED, NOT_UNDERSTOOD, Heard, packaged_menu, spoken

SENTENCES = Path(__file__).parent.parent / "sentences"
UNSURE = str(len(packaged_menu().level("")) + 1)
MEANT = {"0": "conseiller", UNSURE: "autre"}


def understood(sentence: str) -> str | None:
    """The label that the dialogue gives to a sentence; None when it asks again."""
    keys = spoken("topic", Heard(), sentence, packaged_menu())
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


def outcome(topic: str, sentence: str) -> str:
    """`right`, `wrong` or `again`. Being put through to a person is never a wrong topic."""
    got = understood(sentence)
    if got == topic:
        return "right"
    return "again" if got in (None, "conseiller", "autre") else "wrong"


def main() -> None:
    every: Counter[str] = Counter()
    for name in ("first", "second", "third", "fourth"):
        sentences = labelled(name)
        found = Counter(outcome(*each) for each in sentences)
        every += found
        _tell(f"topics_{name}", found)
        if "--misses" in sys.argv:
            for topic, sentence in sentences:
                if (how := outcome(topic, sentence)) != "right":
                    print(f"  {how:5} {topic:10} {understood(sentence) or '-':10} {sentence}")
    _tell("topics_labelled_set", Counter(outcome(*each) for each in labelled_set()))
    _tell("topics_all", every)
    began = time.perf_counter()
    for _, sentence in labelled("first"):
        understood(sentence)
    print(f"topics_milliseconds {(time.perf_counter() - began) * 1000 / len(labelled('first')):.2f}")


def _tell(name: str, found: Counter[str]) -> None:
    whole = found.total()
    print(f"{name}_right {found['right'] / whole:.3f}")
    print(f"{name}_wrong {found['wrong'] / whole:.3f}")


if __name__ == "__main__":
    main()
