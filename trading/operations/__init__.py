"""What operators see of everything that is under way, and settle by hand. Reads everybody's rows:
the caller's session has the system's scope."""
