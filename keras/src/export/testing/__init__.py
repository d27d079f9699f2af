"""Models that every format is tested with."""
