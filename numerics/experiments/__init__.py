"""Experiments, one module a chapter: simulators attached to the claims that they could refute."""
