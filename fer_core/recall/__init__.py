"""What was hard comes back: questions out of a text, cards, and when each is due."""
