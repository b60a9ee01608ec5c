"""Search: what a clerk types, and the customers it may mean, best first."""
