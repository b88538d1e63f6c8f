"""The forty questions have answers that stand."""

from tests.findability.score import QUESTIONS, ROOT, wrong


def test_there_are_forty_questions_and_each_is_answered_by_a_file_that_stands() -> None:
    assert len({each["ask"] for each in QUESTIONS}) == 40
    assert [each["file"] for each in QUESTIONS if not (ROOT / each["file"]).is_file()] == []


def test_only_the_right_file_counts() -> None:
    right = [each["file"] for each in QUESTIONS]
    assert wrong(right) == []
    assert len(wrong(["ivr/app.py", *right[1:]])) == 1
    assert len(wrong(right[:-2])) == 2
