"""The pages of administrators and supervisors."""
