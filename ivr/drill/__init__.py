"""The drill: the whole service on a machine of its own, broken on purpose, at random and re-playable by its seed.

`__main__` keeps the stores alive and starts `campaign`, which plays: `stage` the processes, `proxy` the network
before the stores, `town` citizens and agents, `faults` what goes wrong, `probes` whether it is well again, `ledger`
what was promised and done, `report` the verdict.
"""
