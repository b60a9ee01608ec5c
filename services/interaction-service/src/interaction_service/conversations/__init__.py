"""Conversations: the messages to and from one address on one channel."""
