"""The reading page's parts: opening a text, reading it with the camera beside, and the result."""
