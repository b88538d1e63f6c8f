"""The staff's pages: rendered here, live by one stream a page."""
