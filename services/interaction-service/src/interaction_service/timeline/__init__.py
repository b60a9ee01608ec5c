"""Everything that happened with a customer, newest first."""
