"""What `make up` and the tests use to start embedded servers and all processes."""
