"""What is recorded of two trees differs exactly where their answers do."""

import json
from pathlib import Path

from tests.support.recorder import differences


def _run(folder: Path, **answers: list[str]) -> Path:
    folder.mkdir()
    for test, told in answers.items():
        (folder / f"{test}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in told))
    return folder


def test_what_comes_in_one_run_only_is_no_difference(tmp_path: Path) -> None:
    before = [_run(tmp_path / "b1", story=["a", "b"]), _run(tmp_path / "b2", story=["a", "c"])]
    after = [_run(tmp_path / "a1", story=["a", "b"]), _run(tmp_path / "a2", story=["a"])]
    assert differences(before, after) == []


def test_an_answer_that_is_gone_and_one_that_is_new_are_told(tmp_path: Path) -> None:
    before = [_run(tmp_path / "b1", story=["a", "b"]), _run(tmp_path / "b2", story=["a", "b"])]
    after = [_run(tmp_path / "a1", story=["a", "z"]), _run(tmp_path / "a2", story=["a", "z"])]
    assert differences(before, after) == ["LOST story: b", "NEW story: z"]


def test_a_test_that_is_gone_is_told(tmp_path: Path) -> None:
    before, after = [_run(tmp_path / "b1", story=["a"])], [_run(tmp_path / "a1")]
    assert differences(before, after) == ["LOST story: a"]
