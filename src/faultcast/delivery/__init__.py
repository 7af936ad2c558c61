"""From an image to a server and back, and what runs where."""
