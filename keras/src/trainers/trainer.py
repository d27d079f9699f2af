"""`Trainer`: what models inherit to be trained."""


class Trainer:
    """Mixin of `Model`."""

    def __init__(self):
        self.compiled = False
