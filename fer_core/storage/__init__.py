"""The history: numbers only, in a database that is the learner's own."""
