"""From canonical readings and events to feature rows: the one path for training and serving."""
