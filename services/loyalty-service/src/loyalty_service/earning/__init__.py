"""What earns points: versioned rules, and the purchases they are asked about."""
