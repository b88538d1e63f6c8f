"""`python -m callcenter.cli`: the command without its script."""

from callcenter.cli import app

app()
