"""Who a person is: ways to sign in, second factors, what a person must confirm."""
