"""Fit, calibrate, export and judge a plant's model."""
