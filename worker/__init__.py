"""Dramatiq: broker, middleware, actors and the sweeper."""
