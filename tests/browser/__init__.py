"""A package, so that the service of these tests ends with them."""
