"""Who takes part in a programme, from when on, and the cards they show at the till."""
