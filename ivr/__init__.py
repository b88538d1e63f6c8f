"""The telephone conversation, and the carrier behind it."""
