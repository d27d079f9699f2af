"""Rows of floats as digits of eight bits, whose products with bytes are exact: what engines share of it."""

DIGITS, BASE = 3, 254
"""So many digits of eight bits are as exact as a float32 of the largest exponent in its row."""
SMALLEST = 1e-30
"""The least number by which a row is scaled: one of zeros has no largest."""


def split(numbers, rounded):
    """The digits of numbers of at most 127, the first one first; `rounded` is the engine's function of that name."""
    digits = []
    for _ in range(DIGITS):
        digits.append(rounded(numbers))
        numbers = (numbers - digits[-1]) * BASE
    return digits


def joined(digits):
    """The numbers of which these are the digits, or products with such numbers of products with each digit."""
    first, *others = digits
    return first + sum(digit / BASE**place for place, digit in enumerate(others, start=1))
