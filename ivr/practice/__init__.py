"""A practice carrier: Twilio's REST API and a TwiML interpreter on loopback, with citizens who call.

The product speaks to it with the official client and another base URL, and knows no other difference. Read in this
order: `carrier` (what exists), `calls`, `phone` (the far end), `interpreter` (what a document makes a call do),
`queues`, `rooms`, `webhooks`, `rest`, `control` (what only a test may do), `rung_people`, `citizens`; `telephones` and
`terminal` are the other end of the line, `agents` the desks.
"""
