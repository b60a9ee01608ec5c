"""A customer's memberships as they stand, and the entries behind them."""
