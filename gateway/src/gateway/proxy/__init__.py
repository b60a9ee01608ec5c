"""Everything under `/v1` that is not the gateway's own goes to the service that owns it, byte for byte."""
