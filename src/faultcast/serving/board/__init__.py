"""The planner's board: which machines to visit first and why, in a browser."""
