"""Telephones the running service from a terminal: prints what is heard, sends the keys given and those typed.

`python -m ivr.practice.terminal --from +33565051234 --keys 46000,1,3 --carrier http://127.0.0.1:8002`
A word typed instead of keys is said; an empty line stays silent; Ctrl-C or Ctrl-D hangs up.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from ivr.practice.telephones import Caller, ControlRefused, PracticeLine, State


def telephone(
    carrier: str, from_: str, to: str = "", keys: str = "", show: Callable[[str], None] = print, hurry: bool = False
) -> Caller:
    """One call to its end. `keys`: one group per question, each sent when its prompt was heard to the end, or with
    `hurry` as soon as it begins."""
    caller = PracticeLine(carrier).call(from_, to)
    groups = [group for group in keys.split(",") if group]
    if sys.stdin.isatty():
        threading.Thread(target=_reads_keys, args=(caller, show), daemon=True).start()
    answered = 0
    try:
        while True:
            state, heard = caller.follows(wait=20)
            for entry in heard:
                if text := words(entry):
                    show(text)
            question = state["question"]
            ready = hurry or any(entry["kind"] == "listens" for entry in heard)
            if groups and question and question["n"] > answered and ready:
                answered = question["n"]
                _sends(caller, groups.pop(0))
            if state["over"]:
                return caller
    except KeyboardInterrupt:
        caller.hangs_up()
        show("— raccroché")
        return caller


def words(entry: State) -> str:
    """One transcript entry as a line on the screen; empty for what makes no sound."""
    match entry:
        case {"kind": "say", "text": text}:
            return f"☎  {text}"
        case {"kind": "voice", "text": text}:
            return f"👤 {text}"
        case {"kind": "play", "url": sound} | {"kind": "play", "digits": sound}:
            return f"♪  {sound}"
        case {"kind": "sent", "keys": keys}:
            return f"⌨  {keys}"
        case {"kind": "bridged", "with": other}:
            return f"— en ligne avec {other}"
        case {"kind": "error", "code": code}:
            return f"!  erreur {code}"
        case {"kind": "hangup", "status": status}:
            return f"— raccroché ({status})"
        case {"kind": kind}:
            return QUIET.get(kind, "")
    return ""


QUIET = {
    "music": "♪  (musique)",
    "beep": "♪  (bip)",
    "listens": "   … vos touches ?",
    "queue": "— en file d'attente",
    "room": "— en conversation",
    "left": "— la conversation est finie",
    "hold": "— mis en attente",
    "unhold": "— reprise de la conversation",
    "recording": "— enregistrement",
}


def _sends(caller: Caller, keys: str) -> None:
    with suppress(ControlRefused):  # the question closed meanwhile; the next one will be asked
        caller.presses(keys)


def _reads_keys(caller: Caller, show: Callable[[str], None]) -> None:
    for typed in sys.stdin:
        text = typed.strip()
        try:
            if not text:
                caller.stays_silent()
            elif set(text) <= set("0123456789*#"):
                caller.presses(text)
            else:
                caller.says(text)
        except ControlRefused as refusal:
            show(str(refusal))
    caller.hangs_up()


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m ivr.practice.terminal", description="telephones the running service")
    ask.add_argument("--carrier", default="http://127.0.0.1:8002", help="the practice carrier")
    ask.add_argument("--from", dest="from_", default="+33565051234", help="the caller's number, or `anonymous`")
    ask.add_argument("--to", default="", help="the number to dial (default: the service's)")
    ask.add_argument("--keys", default="", help="groups of keys, one per question: 46000,1,3")
    ask.add_argument("--hurry", action="store_true", help="press without listening to the end of the question")
    said = ask.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        telephone(said.carrier, said.from_, said.to, said.keys, hurry=said.hurry)
    except ControlRefused as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
