"""Every figure beside its floor, both measured in the same run. `make bench` writes RESULTS.md."""
