"""Simulator of the embedded demo plants: machines that wear, logs with flaws."""

from faultcast.data.simulator.simulate import SimulationSummary, load_simulation, simulate_plant

__all__ = ["SimulationSummary", "load_simulation", "simulate_plant"]
