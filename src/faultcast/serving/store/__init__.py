"""The prediction store: every forecast, planners' feedback and recent readings in a database."""
