"""Every statement of the ledger: for wallets, for sweeps, and for checking it all."""
