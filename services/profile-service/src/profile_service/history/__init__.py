"""Field-level history: who changed what, when, and from where."""
