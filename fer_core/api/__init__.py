"""The REST API: the same core over HTTP. `create_app` makes the app, `__main__` serves it."""
