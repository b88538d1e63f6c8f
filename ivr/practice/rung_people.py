"""Who is rung: desk phones of practice agents, citizens' own telephones, voicemail."""

import asyncio
import contextlib
import time

from ivr.practice.behaviours import Behaviour
from ivr.practice.calls import PracticeCall
from ivr.practice.carrier import Carrier
from ivr.practice.documents import seconds_to_say

WHO = "Allô oui, Durand à l'appareil, qui est-ce ?"
MENU = "Bonjour, vous êtes bien chez notre partenaire. Pour joindre un conseiller, composez le code de votre service."
PERSON = "Service des référents, j'écoute."
MENU_WAITS = 300.0  # telephone seconds, then the machine hangs up
GREETING = "Bonjour, vous êtes bien sur la messagerie. Laissez un message après le signal sonore."


async def act(carrier: Carrier, call: PracticeCall, behaviour: Behaviour) -> None:
    """What the person at the far end does from the first ring on; cancelled when the call ends."""
    phone = call.phone
    if behaviour.kind in ("manual", "no-answer"):
        return
    await asyncio.sleep(carrier.scaled(behaviour.after))
    if behaviour.kind in ("busy", "reject", "failed"):
        phone.decide(behaviour.kind)
        return
    phone.decide("answer")
    if behaviour.kind == "menu":
        await _lead_through_menu(carrier, call, behaviour)
    if behaviour.kind == "voicemail":
        await _greet_and_record(carrier, call)
    elif behaviour.talks is not None:
        await asyncio.gather(_talk(carrier, call, behaviour.talks), _press(carrier, call, behaviour))
    else:
        await _press(carrier, call, behaviour)


async def _lead_through_menu(carrier: Carrier, call: PracticeCall, behaviour: Behaviour) -> None:
    """A machine that asks again every ten seconds, until the keys come over the line, or it has had enough."""
    enough = time.monotonic() + carrier.scaled(MENU_WAITS)
    while not "".join(each.get("digits", "") for each in call.phone.transcript if each["kind"] == "play").endswith(
        behaviour.keys
    ):
        if time.monotonic() > enough:
            carrier.end(call, "completed")
            return
        carrier.speak(call, MENU)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(carrier.scaled(10)):
                await call.phone.changed_within(3600)
        await asyncio.sleep(0.05)
    carrier.speak(call, PERSON)


async def _greet_and_record(carrier: Carrier, call: PracticeCall) -> None:
    """Speaks first, over whatever is said; presses nothing, hears everything, and cuts after half a minute."""
    carrier.speak(call, GREETING)
    await asyncio.sleep(carrier.scaled(seconds_to_say(GREETING)))
    if call.phone.ear:
        call.phone.ear.words(GREETING, 0.9)
    await asyncio.sleep(carrier.scaled(30))
    carrier.end(call, "completed")


async def _say_yes(carrier: Carrier, call: PracticeCall) -> None:
    """Answers as people do, with their name over whatever is said, then a yes to what listens to words."""
    if ear := await call.phone.asked_within(3600):
        ear.words(WHO, 0.9)
    while not call.over:
        if (ear := await call.phone.asked_within(3600)) and "speech" in ear.inputs:
            await asyncio.sleep(carrier.scaled(1.5))
            ear.words("Oui.", 0.9)
        await call.phone.changed_within(3600)


async def _press(carrier: Carrier, call: PracticeCall, behaviour: Behaviour) -> None:
    if behaviour.kind == "answer_and_say_yes":
        await _say_yes(carrier, call)
    if behaviour.kind != "answer_and_press_1":
        return
    while not call.over:
        if ear := await call.phone.asked_within(3600):
            await asyncio.sleep(carrier.scaled(1))
            if not ear.closed and call.phone.ear is ear:
                call.phone.press(behaviour.keys)
            await asyncio.sleep(0)


async def _talk(carrier: Carrier, call: PracticeCall, seconds: float) -> None:
    """Hangs up after so much conversation."""
    while not (call.place and call.place.heard_by(call)):
        if call.over or not await call.phone.changed_within(3600):
            return
    await asyncio.sleep(carrier.scaled(seconds))
    carrier.end(call, "completed")
