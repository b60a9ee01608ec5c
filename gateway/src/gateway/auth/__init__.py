"""What the gateway adds to `hamdel.http.auth`: the decision of the hot path, and its own token for the services."""
