"""Experiment runs: kept on disk first, delivered to MLflow afterwards."""
