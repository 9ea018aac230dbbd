"""Sessions that run now, whichever door they came through."""
