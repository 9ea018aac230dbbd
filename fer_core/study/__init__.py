"""A study session and its text: passages, probes, personalisation, reports."""
