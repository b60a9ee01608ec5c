"""Promises of cases: policies, and the clocks that watch them in business time."""
