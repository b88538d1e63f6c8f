"""Who may be what: the roles of staff, and the sets of them that pages are open to."""

ANYBODY = "anybody"
AGENT = ("agent", "supervisor")
OVERSEER = ("supervisor", "auditor", "admin")
SUPERVISOR = ("supervisor", "admin")
ADMIN = ("admin",)
CONTACTS = ("agent", "supervisor", "admin")  # who may read what was said with citizens
STAFF = ("agent", "supervisor", "auditor", "admin")
