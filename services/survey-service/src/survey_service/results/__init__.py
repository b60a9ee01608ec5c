"""What responses add up to: counts kept beside them, results, cross tables, and the responses themselves."""
