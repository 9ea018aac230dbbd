"""The history's schema, step by step. Migrations run by themselves when a history is opened."""
