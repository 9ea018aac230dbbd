"""From the points of a face to what can be measured of it: head, eyes, mouth, brows.

Pure functions on points, and trackers that take one frame after another with its time. What it
means for a session (facing the screen, tired eyes) is decided in `sessions`.
"""
