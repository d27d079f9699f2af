"""What property tests ask of the engine."""

CAN_COMPILE = False
CAN_DIFFERENTIATE = False


def compiled(function):
    """`function` under the engine's compiler, and a function that tells how often it was traced: never, here."""
    return function, lambda: 0
