"""Facts as CSV, with their source and date."""
