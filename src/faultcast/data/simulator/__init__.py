"""Simulator of the embedded demo plants: degradation in machines, and the flaws of real logs."""

from faultcast.data.simulator.simulate import SimulationSummary, simulate_plant

__all__ = ["SimulationSummary", "simulate_plant"]
