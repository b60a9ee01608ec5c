"""Card numbers: issued here, known to profile-service as identifiers of the customer."""
