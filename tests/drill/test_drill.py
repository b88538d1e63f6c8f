"""A slice of the drill: some of everything that breaks, for half a minute, and nobody is lost."""

import subprocess
import sys
from pathlib import Path

MIX = (
    "postgresql-killed,postgresql-half-open,valkey-killed,valkey-flushed,worker-killed,workers-rolling,sweep-killed,"
    "sweeps-racing,voice-killed,carrier-500-with-effect,webhooks-doubled,webhooks-lost,webhooks-forged,"
    "browser-closed,late-accept,callers-hang-up,help-cancelled,asker-line-drops,handed-over,help-503"
)


def test_nobody_is_lost_whatever_breaks(tmp_path: Path) -> None:
    # A machine that runs the other tests too may take three times as long as is promised.
    words = ["--minutes=0.4", "--seed=3", "--calls-per-second=1", "--slack=3", "--rest=180", f"--only={MIX}"]
    command = [sys.executable, "-m", "callcenter.cli", "drill", *words, f"--logs={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Every promise was kept." in done.stdout
