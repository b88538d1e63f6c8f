"""What is so (PostgreSQL): each noun with its table, its moves and its queries."""
