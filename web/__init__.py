"""The Flask front: auth, API, OpenAPI, static Mini App."""
