"""Request and answer schemas: what validates is what the OpenAPI page shows."""
