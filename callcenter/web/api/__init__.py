"""JSON for the screens, and what the pages read: who is signed in, the desk, the board, the directory, health."""
