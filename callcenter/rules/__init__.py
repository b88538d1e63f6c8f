"""What is decided: pure functions of values, the time among them."""
