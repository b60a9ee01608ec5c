"""Queues: who works on which cases, and who is next."""
