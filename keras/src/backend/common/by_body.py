"""How a kernel says that a call is none for it."""


class ByBody(Exception):
    """Raised by a kernel for a call that the body of the op, a composite of other ops, must compute."""
