"""Invitations to answer: who may be asked and when, the tokens they come with, links for many, reminders."""
