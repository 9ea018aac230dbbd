"""What holds from one session to the next, chosen in one place."""
