"""The README says what is."""

from pathlib import Path

from callcenter.config import as_markdown


def test_the_readme_shows_the_settings_of_this_version() -> None:
    assert as_markdown() in Path("README.md").read_text()
