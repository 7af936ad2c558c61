"""Delivery with real parts: a Docker engine, a registry, nginx, sshd and the pipeline's jobs."""
