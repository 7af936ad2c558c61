"""Typed, frozen configuration: what a plant's files mean and how its forecasts are made."""
