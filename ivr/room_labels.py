"""Who a line is in a room. An agent's label is their leg alone; whoever was asked along keeps theirs when the
conversation is handed over to them."""

CITIZEN, MONITOR, HELPER = "citizen", "monitor-", "helper-"
