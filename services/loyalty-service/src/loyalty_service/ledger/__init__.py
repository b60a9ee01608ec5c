"""The points themselves: entries that are only ever added, lots, and the cached sums of members."""
