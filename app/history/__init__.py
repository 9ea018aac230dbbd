"""The parts of the history page: list, one session, comparisons, what is known, data."""
