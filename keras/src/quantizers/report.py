"""What became of each layer of a model that was quantized."""

from keras.src.api_export import keras_export


@keras_export("keras.quantizers.QuantizationReport")
class QuantizationReport:
    """Tells which layers were quantized, which were left as they are and why, and where quantizing failed.

    Args:
        mode: Kind of quantization, such as `"int8"`.

    Example:

    >>> report = keras.quantizers.QuantizationReport("int8")
    >>> report.add_quantized("dense")
    >>> report.add_skipped("dropout", "no weights")
    >>> print(report.render())
    Quantization to int8: 1 layer quantized, 1 left as it is, 0 failed.
      left as it is (no weights): dropout
    """

    def __init__(self, mode=None):
        self.mode = mode
        # Names only: a report keeps no layer alive.
        self.quantized = []
        self.skipped = []
        self.errors = []

    def add_quantized(self, layer):
        """Notes that a layer was quantized.

        Args:
            layer: The layer, or its name or path.
        """
        self.quantized.append(_path(layer))

    def add_skipped(self, layer, reason):
        """Notes that a layer was left as it is.

        Args:
            layer: The layer, or its name or path.
            reason: Why, in a few words.
        """
        self.skipped.append((_path(layer), str(reason)))

    def add_error(self, layer, error):
        """Notes that quantizing a layer failed.

        Args:
            layer: The layer, or its name or path.
            error: The exception or its message.
        """
        named = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
        self.errors.append((_path(layer), named))

    @property
    def num_quantized(self):
        """How many layers were quantized."""
        return len(self.quantized)

    @property
    def num_skipped(self):
        """How many layers were left as they are."""
        return len(self.skipped)

    @property
    def num_errors(self):
        """How many layers failed."""
        return len(self.errors)

    def skipped_by_reason(self):
        """Dict from each reason to the layers that were left as they are for it, in order."""
        found = {}
        for path, reason in self.skipped:
            found.setdefault(reason, []).append(path)
        return found

    def render(self, verbose=False):
        """The report as text.

        Args:
            verbose: Whether to list the quantized layers too.

        Returns:
            A string of several lines.
        """
        target = f" to {self.mode}" if self.mode else ""
        layers = "layer" if self.num_quantized == 1 else "layers"
        left = "left as it is" if self.num_skipped == 1 else "left as they are"
        lines = [
            f"Quantization{target}: {self.num_quantized} {layers} quantized, {self.num_skipped} {left}, "
            f"{self.num_errors} failed."
        ]
        lines += [f"  quantized: {path}" for path in self.quantized if verbose]
        for reason, paths in self.skipped_by_reason().items():
            left = "left as it is" if len(paths) == 1 else "left as they are"
            lines.append(f"  {left} ({reason}): {', '.join(paths)}")
        lines += [f"  failed: {path}: {error}" for path, error in self.errors]
        return "\n".join(lines)

    def __str__(self):
        return self.render()


def _path(layer):
    return layer if isinstance(layer, str) else getattr(layer, "path", None) or layer.name
