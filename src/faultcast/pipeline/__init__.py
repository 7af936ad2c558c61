"""Notebooks as pipeline stages: parameters, dependencies, execution and scheduling."""
