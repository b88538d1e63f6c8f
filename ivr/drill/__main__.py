"""`python -m ivr.drill`: keeps PostgreSQL and Valkey alive for a drill on free ports, and starts it.

The stores are this process's children, so that the drill may kill them and somebody starts them again.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from callcenter.config import environment
from callcenter.demonstration import embedded, run_directory, up
from ivr.drill.campaign import add_arguments
from ivr.drill.stage import HURRIED, free_port


def main() -> int:
    """The campaign's exit code."""
    ask = argparse.ArgumentParser(prog="callcenter drill", description=__doc__)
    add_arguments(ask)
    ask.add_argument("--logs", type=Path, help="where the parts' logs stay, and what the database held if it failed")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="callcenter-drill-") as scratch:
        Path(scratch).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        logs = (said.logs or Path(scratch, "parts")).absolute()
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with embedded.stores(Path(scratch)) as stores:
            given = environment() | dict(HURRIED) | stores.environment() | _addresses()
            subprocess.run(up.python("callcenter.cli", "migrate"), env=given, check=True)
            del given["MIGRATE_DATABASE_URL"]
            given_on = {name.replace("_", "-"): value for name, value in vars(said).items() if name != "logs"}
            arguments = [f"--{name}={value}" for name, value in given_on.items()]
            code = _keep(stores, up.python("ivr.drill.campaign", *arguments, f"--logs={logs}"), given)
            if code and said.logs:
                with run_directory.private(logs / "database.sql") as kept:
                    kept.write(embedded.dump(stores.postgresql).encode())
            return code


def _keep(stores: embedded.Stores, command: list[str], given: dict[str, str]) -> int:
    """What dies of the stores is started again, after the moment that a supervisor takes."""
    with subprocess.Popen(command, env=given, preexec_fn=embedded.follow_us(signal.SIGTERM)) as campaign:
        while campaign.poll() is None:
            for server in (stores.postgresql, stores.valkey):
                if server.process.poll() is not None:
                    time.sleep(0.3)
                    server.revive()
            time.sleep(0.05)
        return campaign.returncode


def _addresses() -> dict[str, str]:
    addresses = {
        name: f"http://127.0.0.1:{free_port()}" for name in ("PUBLIC_VOICE_URL", "PUBLIC_WEB_URL", "TWILIO_API_URL")
    }
    return addresses | {"TWILIO_NUMBER": "+33800000000"}


if __name__ == "__main__":
    sys.exit(main())
