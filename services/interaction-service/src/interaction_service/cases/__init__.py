"""Cases: a question or a complaint that somebody answers for until it is closed."""
