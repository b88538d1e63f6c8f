"""All that speaks HTTP to staff."""
