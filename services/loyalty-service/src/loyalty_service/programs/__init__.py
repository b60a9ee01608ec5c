"""Programmes: their time zone, calendar, currency and policies."""
