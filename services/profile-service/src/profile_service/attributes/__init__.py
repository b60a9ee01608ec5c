"""What is known of a customer under a name: for services whose rules ask for attributes."""
