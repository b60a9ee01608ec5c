"""What points buy: prices, stock, limits, validity, and who may have it."""
