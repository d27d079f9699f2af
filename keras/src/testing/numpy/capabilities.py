"""What property tests ask of the engine."""

import tracemalloc

CAN_COMPILE = False
CAN_DIFFERENTIATE = False


def compiled(function):
    """`function` under the engine's compiler, and a function that tells how often it was traced: never, here."""
    return function, lambda: 0


def memory_of(make, change):
    """Bytes during `change(make())`, at most, and after it, beyond those before."""
    tracemalloc.start()
    try:
        made = make()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        change(made)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before, after - before
