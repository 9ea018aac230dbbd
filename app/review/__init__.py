"""The parts of the review page, and what other pages show of it."""
