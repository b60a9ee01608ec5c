"""Every statement of results."""
