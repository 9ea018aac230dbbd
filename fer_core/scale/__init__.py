"""Past one process: the API and its networks on Ray Serve, on one machine or on many."""
