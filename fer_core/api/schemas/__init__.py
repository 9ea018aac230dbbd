"""The contract's requests and responses: the one source of validation and documentation."""
