"""Texts: files to passages, and what can be told from the words alone."""
