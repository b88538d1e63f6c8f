"""How many of the forty questions a reader answers who has seen the names of our files and nothing else.

    git ls-files callcenter ivr workers        what the reader is given, with `python -m tests.findability.score`
    python -m tests.findability.score ANSWERS  ANSWERS has one path a line, in the order of the questions

The reader names one file a question, without opening any.
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUESTIONS: list[dict[str, str]] = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())["question"]


def wrong(answers: list[str]) -> list[str]:
    """What was not found: the question, the file named, the right file."""
    given = [*answers, *[""] * (len(QUESTIONS) - len(answers))]
    pairs = zip(QUESTIONS, given, strict=False)
    return [f"{each['ask']} {named or 'nothing'} -> {each['file']}" for each, named in pairs if named != each["file"]]


def main() -> None:
    """Prints the questions, or the score of the answers in a file."""
    if len(sys.argv) == 1:
        print("\n".join(f"{number}. {each['ask']}" for number, each in enumerate(QUESTIONS, 1)))
        return
    missed = wrong([line.strip() for line in Path(sys.argv[1]).read_text().splitlines()])
    print("\n".join(missed))
    print(f"{len(QUESTIONS) - len(missed)} of {len(QUESTIONS)}")


if __name__ == "__main__":
    main()
