"""Features that packages bring along, our own among them."""
