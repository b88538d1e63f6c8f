"""The whole service on one machine, to try it; nothing of the service imports it."""
