"""File formats of older versions."""
