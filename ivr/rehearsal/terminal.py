"""Telephones the running service from a terminal: prints what is heard, sends the keys given and those typed.

`python -m ivr.rehearsal.terminal --from +33565051234 --keys 46000,1,3 --carrier http://127.0.0.1:8002`
A word typed instead of keys is said; an empty line stays silent; Ctrl-C or Ctrl-D hangs up.
"""

import argparse
import sys
import threading
from collections.abc import Callable

from ivr.rehearsal.far_end import Caller, Line, Refused, State


def telephone(
    carrier: str, from_: str, to: str = "", keys: str = "", show: Callable[[str], None] = print, follow: bool = True
) -> Caller:
    """One call to its end. `keys`: one group per question, each sent when its prompt was heard to the end; `follow`
    False leaves the call alone once they are sent."""
    caller = Line(carrier).call(from_, to)
    groups = [group for group in keys.split(",") if group]
    if sys.stdin.isatty():
        threading.Thread(target=_reads_keys, args=(caller,), daemon=True).start()
    seen = 0
    try:
        while True:
            state = caller._look(wait=20)
            for entry in caller._transcript[seen:]:
                if text := words(entry):
                    show(text)
                if entry["kind"] == "listens" and groups:
                    _sends(caller, groups.pop(0))
            seen = len(caller._transcript)
            if state["over"] or (not follow and not groups):
                return caller
    except KeyboardInterrupt:
        caller.hangs_up()
        show("— raccroché")
        return caller


def words(entry: State) -> str:
    """One transcript entry as a line on the screen; empty for what makes no sound."""
    kind = entry["kind"]
    shown = {
        "say": lambda: f"☎  {entry['text']}",
        "voice": lambda: f"👤 {entry['text']}",
        "play": lambda: f"♪  {entry.get('url') or entry.get('digits')}",
        "music": lambda: "♪  (musique)",
        "beep": lambda: "♪  (bip)",
        "listens": lambda: "   … vos touches ?",
        "sent": lambda: f"⌨  {entry['keys']}",
        "queue": lambda: "— en file d'attente",
        "room": lambda: "— en conversation",
        "left": lambda: "— la conversation est finie",
        "hold": lambda: "— mis en attente",
        "unhold": lambda: "— reprise de la conversation",
        "bridged": lambda: f"— en ligne avec {entry['with']}",
        "recording": lambda: "— enregistrement",
        "error": lambda: f"!  erreur {entry['code']}",
        "hangup": lambda: f"— raccroché ({entry['status']})",
    }
    return shown[kind]() if kind in shown else ""


def _sends(caller: Caller, keys: str) -> None:
    try:
        caller.presses(keys)
    except Refused:
        pass  # the question closed meanwhile; the next one will be asked


def _reads_keys(caller: Caller) -> None:
    for typed in sys.stdin:
        text = typed.strip()
        try:
            if not text:
                caller.stays_silent()
            elif set(text) <= set("0123456789*#"):
                caller.presses(text)
            else:
                caller.says(text)
        except Refused as refusal:
            print(refusal)
    caller.hangs_up()


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m ivr.rehearsal.terminal", description="telephones the running service")
    ask.add_argument("--carrier", default="http://127.0.0.1:8002", help="the practice carrier")
    ask.add_argument("--from", dest="from_", default="+33565051234", help="the caller's number, or `anonymous`")
    ask.add_argument("--to", default="", help="the number to dial (default: the service's)")
    ask.add_argument("--keys", default="", help="groups of keys, one per question: 46000,1,3")
    said = ask.parse_args()
    telephone(said.carrier, said.from_, said.to, said.keys)


if __name__ == "__main__":
    main()
