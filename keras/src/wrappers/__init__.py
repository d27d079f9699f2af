"""Models as parts of other libraries."""
