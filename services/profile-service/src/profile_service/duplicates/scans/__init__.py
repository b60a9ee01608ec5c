"""A search over all customers: asked for over HTTP, run by a process of its own."""
