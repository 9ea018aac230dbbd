"""Work that foreign bytes may make endless, huge or fatal, done in processes that can be ended."""
