"""Layers that are used everywhere."""
