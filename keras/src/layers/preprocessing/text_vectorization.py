"""`TextVectorization`: texts as indices of their words."""

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing import adapting, splitting
from keras.src.layers.preprocessing.encoding import encoded_shape
from keras.src.layers.preprocessing.host_layer import HostLayer, strings_of
from keras.src.layers.preprocessing.index_lookup import built_for, check_no_path, goes_to_engine
from keras.src.layers.preprocessing.lookup_checks import check_among, check_is_int
from keras.src.layers.preprocessing.string_lookup import StringLookup
from keras.src.saving import serialization_lib
from keras.src.utils.cells import Cells, strings

_CONFIG_NAMES = (
    *("max_tokens", "standardize", "split", "ngrams", "output_mode", "output_sequence_length", "pad_to_max_tokens"),
    *("sparse", "ragged", "encoding"),
)
_TEXTS_AT_ONCE = 256
"""Texts that are in work at once, so that their words stay in the processor's cache."""


@keras_export("keras.layers.TextVectorization")
class TextVectorization(HostLayer):
    """Turns texts into the indices of their words.

    Each text is standardized, split into words, the words are joined to ngrams if wanted, and these are looked up in a
    vocabulary, which is given or taken from data by `adapt`. All this happens on the host; in `tf.data`, and in models on
    TensorFlow, its kernels do it.

    Args:
        max_tokens: The most words there may be, special ones included; `None` for no limit.
        standardize: `"lower_and_strip_punctuation"`, `"lower"`, `"strip_punctuation"`, `None`, or a function of an array of
            strings (on TensorFlow, of a tensor). Letters and punctuation are those of ASCII.
        split: `"whitespace"`, `"character"`, `None`, or a function of an array of strings (on TensorFlow, of a tensor) that gives
            the words of each, as nested lists or a ragged tensor. Whitespace is that of ASCII.
        ngrams: Int for all lengths up to it, or tuple of lengths: sequences of so many words count as words; `None` leaves them.
        output_mode: `"int"` for a row of indices for each text, 0 where it is over; `"multi_hot"`, `"count"` or `"tf_idf"` for one
            vector for each text: with ones, with numbers of occurrences, or with these times the weights of words; `"one_hot"`
            for a vector for each word.
        output_sequence_length: Length of the rows of `"int"`: longer ones are cut; by default that of the longest text.
        pad_to_max_tokens: Whether vectors have the size `max_tokens` even if the vocabulary is smaller.
        vocabulary: List, tuple or array of words, or the path of a text file with one a line; `None` leaves it to `adapt`.
        idf_weights: Weight of each word of `vocabulary`, with `output_mode="tf_idf"`.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        ragged: Whether rows of `"int"` come as a ragged tensor, on engines that have these.
        encoding: Encoding of texts that are given as bytes.
        name: Name of the layer.
        **kwargs: Arguments of `keras.Layer`, such as `trainable`.

    Inputs: Texts of shape `(batch,)`, `(batch, 1)` or `()`: `str`, lists, arrays, columns of tables, or tensors of TensorFlow.
    Outputs: int64 tensor, for `"tf_idf"` of floatx: `(batch, length)`, or `(batch, vocabulary)`.

    Raises:
        ValueError: An argument has a wrong value, or inputs are no strings or have another shape.

    Example:

    >>> layer = keras.layers.TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["The cat sat.", "The dog sat, too!"])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'the', 'sat', 'too', 'dog', 'cat']
    >>> keras.ops.convert_to_numpy(layer(["The cat", "the dog ate the cat"])).tolist()
    [[2, 6, 0, 0], [2, 5, 1, 2]]
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs,
    ):
        kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, **kwargs)
        self.max_tokens, self.pad_to_max_tokens = max_tokens, pad_to_max_tokens
        self.standardize, self.split = standardize, split
        self.ngrams = list(ngrams) if isinstance(ngrams, tuple) else ngrams
        self.output_mode = "multi_hot" if output_mode == "binary" else output_mode
        self.output_sequence_length = output_sequence_length
        self.sparse, self.ragged, self.encoding = sparse, ragged, "utf-8" if encoding is None else encoding
        self._check_arguments()
        self._lookup_layer = StringLookup(
            *(max_tokens, 1, "", "[UNK]", vocabulary, idf_weights, False, output_mode, pad_to_max_tokens),
            *(sparse, encoding),
        )

    def _check_arguments(self):
        name = type(self).__name__
        if not callable(self.standardize):
            check_among(name, "standardize", self.standardize, (*splitting.STANDARDIZATIONS, None))
        if not callable(self.split):
            check_among(name, "split", self.split, ("whitespace", "character", None))
        for size in self.ngrams if isinstance(self.ngrams, list) else [self.ngrams]:
            check_is_int(name, "ngrams", size, least=1, optional=not isinstance(self.ngrams, list))
        check_is_int(name, "output_sequence_length", self.output_sequence_length, least=0, optional=True)
        for argument in ("output_sequence_length", "ragged"):
            value = getattr(self, argument)
            if value not in (None, False) and self.output_mode != "int":
                raise ValueError(
                    f"{name}: `{argument}` goes with `output_mode='int'`. Received: {argument}={value}, "
                    f"output_mode={self.output_mode!r}"
                )
        if self.ragged and not backend.SUPPORTS_RAGGED_TENSORS:
            raise ValueError(f"{name}: `ragged=True` needs a backend with ragged tensors, such as TensorFlow.")

    @property
    def compute_dtype(self):
        """`"string"`, the dtype of the texts."""
        return "string"

    input_dtype = compute_dtype

    def build(self, input_shape=None):
        """Does nothing: there are no weights.

        Args:
            input_shape: Shape of the texts.
        """

    # The vocabulary

    def adapt(self, data, batch_size=None, steps=None):
        """Takes the vocabulary from texts, the most frequent words first; what was known before is forgotten.

        Args:
            data: Array, list, tensor or pandas object of texts, or batches of them: a `tf.data.Dataset`, a
                `keras.utils.PyDataset`, a torch `DataLoader`, a grain dataset, or an iterable. Of batches that are tuples,
                such as `(x, y)`, the first part counts.
            batch_size: Number of texts of an array that are in work at once.
            steps: The most batches that are read, or `None` for all.

        Raises:
            ValueError: The vocabulary was given to the layer, there are no words, or data is of another kind.
            TypeError: `data` is no source of data.
        """
        batches = adapting.batches(data, steps, takes_lists=True)
        self._lookup_layer.adapt_on(batches, lambda batch: self._count(batch, batch_size))

    def update_state(self, data):
        """Counts the words of a batch; `finalize_state` makes the vocabulary.

        Args:
            data: Array, list, tensor or pandas object of texts.
        """
        self._count(data, None)

    def _count(self, data, batch_size):
        for part in adapting.portions(data, batch_size or _TEXTS_AT_ONCE):
            words = self._words(self._prepared(part))
            if self.split is not None and words.lengths is None and len(words.shape) == 1:
                words = Cells(words.values, (1, len(words.values)))  # Of a single text.
            self._lookup_layer.count(words)

    def finalize_state(self):
        """Makes the vocabulary of what `update_state` counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self):
        """Forgets what `update_state` counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens=True):
        """The words in the order of their indices.

        Args:
            include_special_tokens: Whether the words for nothing and for unknown ones are among them.

        Returns:
            List of strings.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self):
        """Number of indices, those of the special words included.

        Returns:
            Int.
        """
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replaces the vocabulary.

        Args:
            vocabulary: List, tuple or array of words, or the path of a text file with one a line. It may begin with all of the
                special ones.
            idf_weights: For `output_mode="tf_idf"`: the weight of each word, as a list or an array; otherwise `None`.

        Raises:
            ValueError: See `StringLookup.set_vocabulary`.
        """
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # The call

    def _prepared(self, inputs):
        if isinstance(inputs, (Cells, backend.KerasTensor)):
            return inputs
        if goes_to_engine(inputs) and strings_of(inputs) is not None:
            self._lookup_layer.check_dtype(backend.standardize_dtype(inputs.dtype))
            return inputs
        cells = strings(inputs, self.encoding)
        if backend.strings.SUPPORTED and (callable(self.standardize) or callable(self.split)):
            # Functions of users are made of the functions of TensorFlow there.
            return backend.convert_to_tensor(np.array(cells.nested(), dtype=object))
        return built_for(self, cells)

    def call(self, inputs):
        self._lookup_layer.check_ready()
        if isinstance(inputs, Cells):
            return self._encoded_cells(self._indices_of(inputs))
        engine = strings_of(inputs)
        indices = self._lookup_layer(self._words_of_tensor(engine, inputs))
        if self.output_mode != "int":
            return indices
        return engine.cut(indices, self.output_sequence_length, None if self.ragged else 0)

    def _indices_of(self, texts):
        """The indices of the words of texts, as `Cells`; of many texts piece by piece, since words need more room than indices."""
        indices_of = self._lookup_layer.indices_of
        if self.split is None or len(texts.values) <= _TEXTS_AT_ONCE or callable(self.split):
            return indices_of(self._words(texts))
        texts = self._without_last_axis(texts)
        parts = adapting.portions(texts.values, _TEXTS_AT_ONCE)
        return Cells.joined([indices_of(self._words(Cells(part, (len(part),)))) for part in parts])

    def _encoded_cells(self, cells):
        width = self.output_sequence_length
        if self.output_mode != "int" or (self.ragged and cells.lengths is not None and width is None):
            return self._lookup_layer.encoded_cells(cells)
        if self.ragged and cells.lengths is not None:
            return self._lookup_layer.encoded_cells(cells.cut(width))
        if not cells.shape:
            width = None
        return backend.convert_to_tensor(cells.padded(0, width), "int64")

    def _words(self, texts):
        """The words of texts, as `Cells`."""
        if not isinstance(texts, Cells):
            return strings(self._words_of_tensor(strings_of(texts), texts), self.encoding)
        if self.split is not None:
            texts = self._without_last_axis(texts)
        return splitting.words(texts, self.standardize, self.split, self.ngrams, self.encoding)

    def _without_last_axis(self, texts):
        self._check_shape(texts.shape)
        return Cells(texts.values, texts.shape[:-1]) if len(texts.shape) > 1 else texts

    def _check_shape(self, shape):
        if self.split is not None and (len(shape) > 2 or (len(shape) == 2 and shape[-1] != 1)):
            raise ValueError(
                f"{type(self).__name__} splits texts of shape `(batch,)`, `(batch, 1)` or `()`. Received texts of shape "
                f"{tuple(shape)}"
            )

    def _words_of_tensor(self, engine, x):
        if getattr(x.shape, "rank", 0) is not None:  # Plain tuples are known.
            self._check_shape(tuple(x.shape))
        x = engine.dense(x, "") if self.split is not None else x
        if callable(self.standardize):
            x = self.standardize(x)
        elif self.standardize is not None:
            x = engine.of_values(lambda v: engine.standardized(v, *splitting.STANDARDIZATIONS[self.standardize]), x)
        if self.split is None:
            return x
        return engine.split(x, self.split, splitting.sizes(self.ngrams))

    def compute_output_shape(self, input_shape):
        input_shape = tuple(input_shape)
        self._check_shape(input_shape)
        if self.split is not None:
            input_shape = (*input_shape[: len(input_shape) > 0], self.output_sequence_length)
        elif self.output_sequence_length is not None and input_shape:
            input_shape = (*input_shape[:-1], self.output_sequence_length)
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        if mode == "int":
            return input_shape
        return encoded_shape(input_shape, mode, self._lookup_layer.depth())

    def compute_output_spec(self, inputs):
        self._lookup_layer.check_dtype(inputs.dtype)
        spec = self._lookup_layer.compute_output_spec(inputs)
        shape = self.compute_output_shape(inputs.shape)
        return backend.KerasTensor(shape, spec.dtype, sparse=spec.sparse, ragged=bool(self.ragged))

    # Files

    def get_config(self):
        lookup = self._lookup_layer
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in _CONFIG_NAMES},
            "vocabulary": lookup.input_vocabulary,
            "idf_weights": lookup.input_idf_weights,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        check_no_path(config)
        functions = {
            name: serialization_lib.deserialize_keras_object(config[name], custom_objects)
            for name in ("standardize", "split")
            if isinstance(config.get(name), dict)
        }
        return cls(**{**config, **functions})

    def save_own_variables(self, store):
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store):
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path):
        """Writes the vocabulary to a folder, unless it is in the config.

        Args:
            dir_path: Path of the folder.
        """
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path):
        """Reads the vocabulary that `save_assets` wrote.

        Args:
            dir_path: Path of the folder.
        """
        self._lookup_layer.load_assets(dir_path)
