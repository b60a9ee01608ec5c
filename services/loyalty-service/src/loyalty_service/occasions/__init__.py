"""Points for what is no purchase: birthdays and answered surveys."""
