"""faultcast: calibrated forecasts of machine failures from the sensor logs of many plants."""

from importlib.metadata import version

__version__ = version("faultcast")
