"""The contracts between services: one module per owning service, data only."""
