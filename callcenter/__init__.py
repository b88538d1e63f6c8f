"""The telephone service of France Services: what is so, what is quick, what is decided, who does what."""
