"""Surveys, invitations, responses: the survey-service."""
