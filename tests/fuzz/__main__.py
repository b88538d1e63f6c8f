"""The service on its own stores, fuzzed: `python -m tests.fuzz [MINUTES] [--seed N] [--sign-in] [--again LINE]`."""

import argparse
import os
import secrets
import sys
import tempfile
from pathlib import Path

from callcenter.demonstration import embedded


def main() -> int:
    """1 if there was any fault."""
    ask = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    ask.add_argument("minutes", type=float, nargs="?", default=5.0)
    ask.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of what is asked; else drawn")
    ask.add_argument("--requests", type=int, help="stop after so many")
    ask.add_argument("--within", type=float, default=4.0, help="seconds for any answer, more on a busy machine")
    ask.add_argument("--only", default="", metavar="PATH", help="routes whose path begins so")
    ask.add_argument("--sign-in", action="store_true", help="sign-in alone, which is left out of the rest")
    ask.add_argument("--again", default="", metavar="LINE", help="send one request, as a fault's line has it")
    ask.add_argument("--logs", type=Path, help="where the parts' logs stay")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="callcenter-fuzz-") as scratch:
        Path(scratch).chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        logs = said.logs or Path(scratch, "logs")
        logs.mkdir(parents=True, exist_ok=True)
        with embedded.stores(Path(scratch)) as stores:
            demonstration = {"DEMONSTRATION": "1", "SECURE_COOKIES": "0", "ALWAYS_OPEN": "1"}
            demonstration |= {"TRUSTED_PROXIES": "127.0.0.1"} if said.sign_in else {}
            os.environ.update(demonstration | stores.environment())
            from tests.fuzz import campaign  # both apps read their settings when they are imported

            if said.again:
                print(campaign.again(said.again, logs))
                return 0
            what = said.minutes * 60, said.seed, logs, said.requests, said.only, said.within
            return campaign.fuzzes(*what, door=said.sign_in)


if __name__ == "__main__":
    sys.exit(main())
