"""The real public data, which is read where it lies and never copied: `DATA_DIR`, by default beside the project."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("DATA_DIR", Path(__file__).parents[3] / "shared/data"))


def real(name: str) -> Path:
    """A file of the real data; the test is skipped where it is not there."""
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not in {DATA}: set DATA_DIR to where the public data lies")
    return DATA / name
