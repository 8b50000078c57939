"""Keeps entries that an API takes and a consumer writes down."""
