"""Sets of experiments: variations of the plants' settings, taken through the belt's own stages."""
