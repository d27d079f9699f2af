"""Recurrent layers that make their cell themselves."""

import inspect
from operator import attrgetter

from keras.src.layers.input_spec import InputSpec
from keras.src.layers.rnn.cell import options_of
from keras.src.layers.rnn.rnn import RNN
from keras.src.utils.naming import to_snake_case


def shows_options_of(cell_class):
    """Class decorator: the constructor arguments of the cell can be read from the layer."""

    def decorate(cls):
        for name in _parameters(cell_class):
            setattr(cls, name, property(attrgetter(f"cell.{name}"), doc=f"`{name}` of the cell."))
        return cls

    return decorate


def _parameters(cls):
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]


class LayerOfCell(RNN):
    """Base of the layers whose cell is of a class of its own; a constructor holds the signature and calls `_begin`.

    Args:
        activity_regularizer: Penalty on the output.
        return_sequences: Whether the outputs of all steps are returned, not just the last one.
        return_state: Whether the last state is returned too.
        go_backwards: Whether the sequence is run through from its end; outputs come in that order.
        stateful: Whether the states after a batch are those before the next one.
        unroll: Whether the steps are written out in compiled code, which can be faster for short sequences.
        use_cudnn: `False` keeps from computing with the engine's own recurrent layers; otherwise they are used where
            they compute the same.
        **kwargs: Arguments of `keras.Layer`, `zero_output_for_mask` (see `keras.layers.RNN`), and `lora_rank` and
            `lora_alpha` of the cell.
    """

    _cell_class = None
    _layers_in_config = ()
    _also_in_config = ("activity_regularizer", "zero_output_for_mask", "lora_rank", "lora_alpha")
    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))
    lora_rank, lora_alpha = property(attrgetter("cell.lora_rank")), property(attrgetter("cell.lora_alpha"))
    _ignored_arguments = ()

    def _begin(self, arguments, **cell_settings):
        """Makes the cell and initialises the layer.

        Args:
            arguments: What `locals()` gives at the begin of the constructor.
            **cell_settings: Further arguments of the cell.
        """
        options = {**options_of(arguments), **arguments["kwargs"]}
        names = (*_parameters(self._cell_class), "lora_rank", "lora_alpha")
        of_cell = {name: options.pop(name) for name in names if name in options}
        for name in self._ignored_arguments:
            options.pop(name, None)
        cell = self._cell_class(
            **of_cell,
            **cell_settings,
            dtype=options.get("dtype"),
            trainable=options.get("trainable", True),
            name=to_snake_case(self._cell_class.__name__),
        )
        RNN.__init__(self, cell, **options)
        if "use_cudnn" in arguments:
            self.use_cudnn = arguments["use_cudnn"]
        self.input_spec = InputSpec(ndim=self._input_rank)

    _input_rank = 3

    @property
    def use_cudnn(self):
        """`False` where the engine's own recurrent layers must not be used, else `True` or `"auto"`."""
        return self.__dict__.get("_use_cudnn", "auto")

    @use_cudnn.setter
    def use_cudnn(self, value):
        if value not in ("auto", True, False):
            raise ValueError(f"`use_cudnn` must be 'auto', True or False. Received: use_cudnn={value!r}")
        self.__dict__["_use_cudnn"] = value
        self.cell._use_engine = value is not False

    # The cell is what holds weights.

    def quantize(self, mode=None, type_check=True, config=None):
        """Replaces the kernels of the cell by quantized ones.

        Args:
            mode: Kind of quantization, such as `"int8"`.
            type_check: Whether a subclass of a cell that can be quantized is refused.
            config: `keras.quantizers.QuantizationConfig` with the details; tells the mode where `mode` is absent.
        """
        self.cell.quantize(mode, type_check=type_check, config=config)

    def enable_lora(self, rank, lora_alpha=None, a_initializer="he_uniform", b_initializer="zeros"):
        """Freezes the kernels of the cell and trains a product of two small matrices beside each.

        Args:
            rank: Size between the two factors.
            lora_alpha: The products are scaled by `lora_alpha / rank`; by default `rank`.
            a_initializer: Initial value of the first factor.
            b_initializer: Initial value of the second one.
        """
        self.cell.enable_lora(rank, lora_alpha, a_initializer, b_initializer)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return super(RNN, cls).from_config(config)
