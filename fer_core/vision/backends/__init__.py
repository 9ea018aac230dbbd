"""Ways to run the network."""
