"""What a screen or a report shows, as values: no HTTP."""
