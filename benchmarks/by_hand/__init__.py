"""Loops written by hand on each engine, as somebody who knows it would: what the library is measured against."""
