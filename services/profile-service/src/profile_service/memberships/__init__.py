"""Which person belongs to which organization, as what."""
