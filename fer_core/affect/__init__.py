"""From expression probabilities to study signals: smoothing, indicators, break advice."""
