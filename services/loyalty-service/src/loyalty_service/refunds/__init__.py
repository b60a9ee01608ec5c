"""What refunds and corrections do to the points of a purchase."""
