"""What people do, by who does it: a citizen, an agent, a supervisor; and the dispatch between them."""
