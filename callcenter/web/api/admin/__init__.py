"""What administrators and supervisors write: staff, hours, departments, the directory; and what the sites are."""
