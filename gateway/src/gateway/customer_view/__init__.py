"""The customer view: the projection of the four sections topics and the ways to read it."""
