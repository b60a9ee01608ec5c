"""The embedded stack: PostgreSQL, a Kafka-compatible broker and the five processes, without Docker and without root."""
