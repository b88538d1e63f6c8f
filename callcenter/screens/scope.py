"""Which departments somebody sees: of a member of staff, `Agent.scope`."""

Scope = frozenset[str] | None  # departments; None: all of them
