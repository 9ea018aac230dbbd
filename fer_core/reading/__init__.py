"""Reading: what was on the screen when, and what that says about each passage."""
