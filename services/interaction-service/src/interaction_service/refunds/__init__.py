"""What customers got back of a purchase, in part or whole."""
