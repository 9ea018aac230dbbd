"""Drawing: boxes, labels, emoji and blur on a picture."""
