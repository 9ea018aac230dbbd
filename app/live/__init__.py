"""A study session in the browser: camera, sessions in memory, the browser's part. Pages use it."""
