"""Record linkage with known truth: people are made up, some are copied with errors, and two matchers look for them."""
