"""Hostile requests to every route of both webs, by a seed: `make fuzz ARGS=minutes`.

`values` is what strangers write into fields, `routes` reads the two apps, `asking` makes one request of it all,
`known` keeps the ids and addresses that answers gave, `judge` says what is a fault, `loop` asks eight at a time.
"""
