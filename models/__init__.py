"""Tables and the queries that belong to them; no business rules."""
