"""Every statement of the delivery queue: `messages`, `queue`, `templates`, `refusals`."""
