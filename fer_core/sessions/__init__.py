"""Study sessions: clock, signals, timeline, events, what they amount to."""
