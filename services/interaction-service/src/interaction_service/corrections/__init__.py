"""What a purchase really was, told after it was recorded otherwise."""
