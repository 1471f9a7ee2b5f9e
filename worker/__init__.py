"""Dramatiq: broker, middleware, actors and the relay."""
