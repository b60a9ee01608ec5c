"""The JSON Schema that custom attributes are held to: set by an admin, versioned, asked on every change."""
