"""The peer: one step of the menu as the carrier's Python samples write it. Flask, RequestValidator, VoiceResponse,
one trip to Redis. `gunicorn --worker-class sync tests.bench.peer_flask:app`."""

import os

import redis
from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
store = redis.Redis.from_url(os.environ["REDIS_URL"])
public = os.environ["PUBLIC_VOICE_URL"]
CHOICES = (
    "les papiers d'identité, le permis ou le séjour",
    "la santé, la famille ou la retraite",
    "les impôts",
    "le travail, le logement, l'énergie ou la justice",
    "un autre sujet, ou si vous ne savez pas",
)


@app.post("/voice/heard")
def heard() -> tuple[str, int, dict[str, str]]:
    address = public + request.full_path.rstrip("?")
    if not validator.validate(address, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    department, keys = request.args.get("d", ""), request.form.get("Digits", "")
    step = "topic" if keys == "1" else "postal"
    store.set(f"step:{request.form['CallSid']}", step, ex=7200)
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        action=f"/voice/heard?s={step}&d={department}",
        num_digits=1,
        timeout=8,
        action_on_empty_result=True,
    )
    gather.say("Quel est le sujet de votre appel ?", language="fr-FR", voice="Polly.Lea-Neural")
    for key, choice in enumerate(CHOICES, 1):
        gather.say(f"Pour {choice}, tapez {key}.", language="fr-FR", voice="Polly.Lea-Neural")
    gather.say("Pour réécouter, tapez étoile.", language="fr-FR", voice="Polly.Lea-Neural")
    response.append(gather)
    return str(response), 200, {"Content-Type": "text/xml"}
