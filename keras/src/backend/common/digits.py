"""Rows of floats as digits of eight bits, whose products with bytes are exact: what engines share of it."""

DIGITS, BASE = 3, 254
"""So many digits of eight bits are as exact as a float32 of the largest exponent in its row."""
SMALLEST = 1e-30
"""The least number by which a row is scaled: one of zeros has no largest."""
