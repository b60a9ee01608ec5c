"""Who may be written to now, and where: for the services that send messages."""
