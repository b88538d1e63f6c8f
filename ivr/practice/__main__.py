"""`python -m ivr.practice --port 8002 --voice-url http://127.0.0.1:8001`: a carrier on loopback until Ctrl-C."""

import argparse

from callcenter.config import Settings
from ivr.practice.server import EVERY, create, serve


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m ivr.practice", description="a practice carrier on loopback")
    ask.add_argument("--port", type=int, default=8002)
    ask.add_argument("--voice-url", help="the product's voice app (default: PUBLIC_VOICE_URL)")
    ask.add_argument("--number", help="the number citizens dial (default: TWILIO_NUMBER)")
    ask.add_argument("--speed", type=float, default=1.0, help="how many telephone seconds pass in one real second")
    ask.add_argument("--citizens", type=int, default=0, help="how many practice citizens dial now and then")
    ask.add_argument("--every", type=float, default=EVERY, help="telephone seconds between two calls of one citizen")
    ask.add_argument("--calls-per-second", type=float, default=1.0, help="the account's rate of REST creates; 0: none")
    said = ask.parse_args()
    ours = Settings(demonstration=True)  # a carrier of practice needs no secret of its own
    app = create(
        said.voice_url or ours.public_voice_url,
        said.number or ours.twilio_number,
        account=ours.twilio_account_sid,
        token=ours.twilio_auth_token.get_secret_value(),
        speed=said.speed,
        calls_per_second=said.calls_per_second,
        people=said.citizens,
        every=said.every,
        others={number for number in (ours.caller_id, ours.text_sender) if number.startswith("+")},
        api_keys={ours.twilio_api_key_sid: ours.twilio_api_key_secret.get_secret_value()},
    )
    serve(app, said.port).run()


if __name__ == "__main__":
    main()
