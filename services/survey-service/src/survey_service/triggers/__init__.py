"""Triggers: which facts of other services ask a customer to answer a survey."""
