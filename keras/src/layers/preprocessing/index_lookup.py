"""`IndexLookup`: what layers that turn tokens into indices, and back, have in common."""

import json
import os

import numpy as np

from keras.src import backend, ops
from keras.src.backend import door
from keras.src.layers.preprocessing import adapting
from keras.src.layers.preprocessing.encoding import check_supported, encode, encoded_shape
from keras.src.layers.preprocessing.host_layer import HostLayer, strings_of
from keras.src.layers.preprocessing.lookup_checks import check_arguments, check_idf_weights, standard_salt
from keras.src.layers.preprocessing.vocabulary import UNKNOWN, TokenCounts, read_vocabulary, without_special
from keras.src.saving import serialization_lib
from keras.src.utils import load_budget
from keras.src.utils.cells import Cells, integers
from keras.src.utils.messages import shown

VOCABULARY_FILE = "vocabulary.txt"
_ESCAPED_FILE = "vocabulary.json"
_BYTES_OF_INDEX = 8
_CONFIG_NAMES = (
    *("invert", "max_tokens", "num_oov_indices", "oov_token", "mask_token", "output_mode", "sparse"),
    *("pad_to_max_tokens", "oov_method", "salt"),
)


class IndexLookup(HostLayer):
    """Tokens as indices: 0 for the mask, then those of unknown tokens, then the vocabulary in its order.

    A subclass reads data (`_read`), makes a vocabulary of tokens (`_vocabulary_of`) and hashes tokens (`_hashed`).
    """

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary_dtype,
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        for known in ("dtype", "vocabulary_size"):  # Indices are int64, and the size follows from the vocabulary.
            kwargs.pop(known, None)
        super().__init__(name=name, **kwargs)
        self.max_tokens, self.num_oov_indices = max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.vocabulary_dtype = vocabulary_dtype
        self.invert, self.sparse, self.pad_to_max_tokens = invert, sparse, pad_to_max_tokens
        self.output_mode = "multi_hot" if output_mode == "binary" else output_mode
        self.oov_method, self.salt = oov_method, standard_salt(salt)
        check_arguments(self, vocabulary, idf_weights)
        load_budget.spend(_BYTES_OF_INDEX * num_oov_indices, "allocated", f"the unknown tokens of {self.name!r}")
        check_supported(type(self).__name__, sparse)
        is_path = isinstance(vocabulary, (str, os.PathLike))
        self.input_vocabulary = None if vocabulary is None or is_path else self._listed(vocabulary)
        self.input_idf_weights = None if idf_weights is None else _as_list(idf_weights)
        self._vocabulary = self._idf = self._counts = None
        self._is_given = False
        self._tables = {}
        self._start_built()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
            self._is_given = True

    @property
    def compute_dtype(self):
        """Dtype of the tokens: `"string"` or `"int64"`."""
        return self.vocabulary_dtype

    @property
    def input_dtype(self):
        """Dtype of the inputs: that of the tokens, or `"int64"` for indices."""
        return "int64" if self.invert else self.vocabulary_dtype

    @property
    def _learnt(self):
        return self._vocabulary

    # The vocabulary

    def _special_tokens(self):
        return [self.mask_token] * self._first_oov + [self.oov_token] * self.num_oov_indices

    @property
    def _first_oov(self):
        return 0 if self.mask_token is None or self.output_mode != "int" else 1

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their indices.

        Args:
            include_special_tokens: Whether the mask and the tokens for unknown ones are among them.

        Returns:
            List of strings or ints.
        """
        tokens = [] if self._vocabulary is None else list(self._vocabulary.tokens)
        return self._special_tokens() + tokens if include_special_tokens else tokens

    def vocabulary_size(self):
        """Number of indices, those of the special tokens included.

        Returns:
            Int.
        """
        return len(self._special_tokens()) + (0 if self._vocabulary is None else len(self._vocabulary.tokens))

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replaces the vocabulary.

        Args:
            vocabulary: List, tuple or array of tokens, or the path of a text file with one a line. It may begin with all of
                the special tokens.
            idf_weights: For `output_mode="tf_idf"`: the weight of each token, as a list or an array; otherwise `None`. Where the
                special tokens are not among the tokens, unknown ones have the mean weight.

        Raises:
            ValueError: A token is repeated or reserved, there are none or too many, a file is not there, or the number of
                weights is another one.
        """
        if isinstance(vocabulary, (str, os.PathLike)):
            if serialization_lib.in_safe_mode():
                raise ValueError(
                    f"A file names the vocabulary file {str(vocabulary)!r}, which is not read in safe mode. Saved models bring "
                    "their vocabularies along; if you trust the file, load it with `safe_mode=False`."
                )
            vocabulary = read_vocabulary(vocabulary)
        given = self._tokens_of(vocabulary)
        if len(np.shape(vocabulary)) > 1:
            raise ValueError(f"A vocabulary is a flat list of tokens. Received: {shown(vocabulary)}")
        tokens = without_special(given, self._special_tokens(), self.mask_token, self.oov_token, self.invert)
        idf_weights = check_idf_weights(self.output_mode, idf_weights, given)
        self._check_size(tokens)
        if idf_weights is not None and len(tokens) == len(given):
            idf_weights = self._with_oov_weight(idf_weights)
        self._set(tokens, idf_weights)

    def _check_size(self, tokens):
        size = len(tokens) + len(self._special_tokens())
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"The vocabulary has more tokens than `max_tokens` allows: {size}, special ones included. "
                f"`max_tokens` is {self.max_tokens}."
            )

    def _set(self, tokens, idf):
        special = {}
        if self.mask_token is not None:
            special[self.mask_token] = 0 if self.output_mode == "int" else -1
        self._vocabulary = self._vocabulary_of(tokens, len(self._special_tokens()), special)
        self._idf, self._tables = idf, {}

    def _with_oov_weight(self, weights):
        """Weights by index: an unknown token has the mean weight."""
        weights = np.asarray(weights, "float32")
        mean = weights.mean(dtype="float32") if len(weights) else np.float32(0)
        return np.concatenate([np.full(self.num_oov_indices, mean), weights])

    def _listed(self, vocabulary):
        """A vocabulary as a config holds it."""
        return _as_list(vocabulary)

    # Learning a vocabulary

    @adapting.by_batches
    def adapt(self, data, steps=None):
        """Takes the vocabulary from data, the most frequent tokens first; what was known before is forgotten.

        Args:
            data: Array, nested lists, tensor or pandas object, or batches of them: a `tf.data.Dataset`, a
                `keras.utils.PyDataset`, a torch `DataLoader`, a grain dataset, or an iterable. Of batches that are tuples,
                such as `(x, y)`, the first part counts.
            steps: The most batches that are read, or `None` for all.

        Raises:
            ValueError: The vocabulary was given to the layer, there is no data, or data is of another kind.
            TypeError: `data` is no source of data.
        """
        self.adapt_on(adapting.batches(data, steps, takes_lists=True), self.update_state)

    def adapt_on(self, batches, update):
        """What `adapt` does with batches.

        Args:
            batches: Iterator over batches.
            update: Function of a batch that counts its tokens.
        """
        if self._is_given:
            raise ValueError(
                f"Layer {self.name!r} was made with a `vocabulary`: it cannot `adapt`. Make a layer without one."
            )
        with adapting.all_or_nothing(self, "_vocabulary", "_idf", "_counts", "_tables"):
            self.reset_state()
            for batch in batches:
                update(batch)
            self.finish()

    def has_seen_data(self):
        """Whether there was a token in the data."""
        return self._counts is not None and not self._counts.is_empty()

    def finish(self):
        """Makes the vocabulary of what was counted, which must be something."""
        adapting.finish(self, "token")

    def update_state(self, data):
        """Counts the tokens of a batch; `finalize_state` makes the vocabulary.

        Args:
            data: Array, nested lists, tensor or pandas object.
        """
        for part in adapting.portions(data):
            self.count(self._read(part))

    def count(self, cells):
        """Counts tokens.

        Args:
            cells: `Cells` of tokens.
        """
        if self._counts is None:
            self._counts = TokenCounts(of_documents=self.output_mode == "tf_idf")
        self._counts.add(cells)

    def finalize_state(self):
        """Makes the vocabulary of what `update_state` counted."""
        if self._counts is None:
            return
        most = None if self.max_tokens is None else self.max_tokens - len(self._special_tokens())
        tokens, idf = self._most_frequent(self._counts, [self.mask_token, self.oov_token], most)
        self._set(tokens, None if idf is None else self._with_oov_weight(idf))
        self._counts = None

    def reset_state(self):
        """Forgets what `update_state` counted."""
        self._counts = None

    # The call

    def _prepared(self, inputs):
        """Tensors that are looked up by an engine as they are, anything else as `Cells`."""
        if isinstance(inputs, backend.KerasTensor):
            self.check_dtype(inputs.dtype)
            return inputs
        if isinstance(inputs, Cells) or self._goes_to_engine(inputs):
            return inputs
        return built_for(self, integers(inputs) if self.invert else self._read_for_call(inputs))

    def _read_for_call(self, data):
        """As `_read`; what is no token may be found out later."""
        return self._read(data)

    def _goes_to_engine(self, x):
        return goes_to_engine(x)

    def check_dtype(self, dtype):
        """Refuses tensors of strings where integers belong, and the other way round."""
        wanted = self.input_dtype
        if (dtype == "string") != (wanted == "string"):
            kind = "strings" if wanted == "string" else "integers"
            raise ValueError(
                f"Layer {self.name!r} (of type {type(self).__name__}) takes {kind}. Received the dtype {dtype}."
            )

    def call(self, inputs):
        self.check_ready()
        if not isinstance(inputs, Cells):
            return self._call_on_tensor(strings_of(inputs), inputs)
        return self._tokens_at(inputs) if self.invert else self.encoded_cells(self.indices_of(inputs))

    def indices_of(self, cells):
        """The indices of tokens in an array.

        Args:
            cells: `Cells` of tokens.

        Returns:
            `Cells` whose values are an array of int64.
        """
        return cells.holding(self._indices_of_values(cells.values))

    def _indices_of_values(self, values):
        indices = self._vocabulary.find(values)
        places = np.flatnonzero(indices == UNKNOWN)
        if not len(places):
            return indices
        unknown = values[places] if isinstance(values, np.ndarray) else [values[i] for i in places.tolist()]
        mended = self._mended(values, unknown)
        if mended is not None:
            return self._indices_of_values(mended)
        if not self.num_oov_indices:
            raise ValueError(
                f"With `num_oov_indices=0` all inputs must be in the vocabulary. Received among them: {unknown[0]!r}"
            )
        indices[places] = self._first_oov + (self._hashed(unknown) if self.num_oov_indices > 1 else 0)
        return indices

    def _mended(self, values, unknown):
        """The values in another form, if that is why they are unknown; else `None`."""
        return None

    def check_ready(self):
        """Refuses a call without a vocabulary."""
        if self._vocabulary is None:
            raise ValueError(
                f"Layer {self.name!r} has no vocabulary yet: pass `vocabulary`, or call `adapt()` or `set_vocabulary()` first."
            )

    def encoded_cells(self, cells):
        """Indices in the form that `output_mode` names, as a tensor.

        Args:
            cells: `Cells` whose values are an array of int64.
        """
        if self.output_mode == "one_hot" and cells.lengths is not None and backend.strings.SUPPORTED:
            return self._encoded_tensor(backend.strings, backend.strings.ragged(cells.values, cells.lengths))
        if self.output_mode != "int":
            return self._encoded(backend.convert_to_tensor(cells.padded(-1), "int64"))
        if cells.lengths is None:
            return backend.convert_to_tensor(cells.values.reshape(cells.shape), "int64")
        if backend.strings.SUPPORTED:
            return backend.strings.ragged(cells.values, cells.lengths)
        if self.mask_token is None:
            raise ValueError(
                "Rows of different lengths need an engine with ragged tensors, a `mask_token`, whose index fills them up, or an "
                f"`output_mode` that makes one vector of each. Received rows of the lengths {cells.lengths[:10].tolist()}."
            )
        return backend.convert_to_tensor(cells.padded(0), "int64")

    def _call_on_tensor(self, engine, x):
        """The call on a tensor that is served by the functions of an engine for strings, which it has for integers too."""
        function = self._tokens_of_tensor if self.invert else self._indices_of_tensor
        found = engine.of_values(lambda values: function(engine, values), x)
        return found if self.invert else self._encoded_tensor(engine, found)

    def _indices_of_tensor(self, engine, values):
        """The indices of a dense tensor of tokens."""
        values = engine.as_tokens(values)
        table = self._tables.get(engine.__name__)
        if table is None:
            table = self._tables[engine.__name__] = engine.table(*self._vocabulary.items(), UNKNOWN)
        indices = engine.look_up(table, values)
        if not self.num_oov_indices:
            return engine.all_known(indices, UNKNOWN, values)
        unknown = self._first_oov
        if self.num_oov_indices > 1:
            unknown = engine.shifted(self._oov_of_tensor(engine, values), unknown)
        return engine.where(engine.equal(indices, UNKNOWN), unknown, indices)

    def _encoded_tensor(self, engine, indices):
        """Indices that an engine found, in the form that `output_mode` names."""
        if self.output_mode == "int":
            return indices
        if self.output_mode == "one_hot":
            return self._encoded(indices) if engine is None else engine.of_values(self._encoded, indices)
        return self._encoded(indices if engine is None else engine.dense(indices, -1))

    def _encoded(self, indices):
        """Dense indices in the form that `output_mode` names."""
        dtype = backend.floatx() if self.output_mode == "tf_idf" else "int64"
        if self.output_mode != "tf_idf":
            return encode(indices, self.output_mode, self.depth(), dtype, self.sparse)
        counts = encode(indices, "count", self.depth(), dtype, self.sparse)
        weights = np.zeros(self.depth(), dtype)
        weights[: len(self._idf)] = self._idf
        return ops.multiply(counts, weights)

    def depth(self):
        """Size of the vectors that output modes other than `"int"` make."""
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def compute_output_shape(self, input_shape):
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(input_shape, mode, None if mode == "int" else self.depth())

    def compute_output_spec(self, inputs):
        dtype = backend.floatx() if self.output_mode == "tf_idf" else "int64"
        dtype = self.vocabulary_dtype if self.invert else dtype
        dtype = dtype if dtype == "string" else backend.core.held_dtype(dtype)
        kept = {"sparse": self.sparse}
        if self.output_mode == "int":
            kept = {"sparse": inputs.sparse, "ragged": inputs.ragged}
        return backend.KerasTensor(self.compute_output_shape(inputs.shape), dtype, **kept)

    # Files

    def get_config(self):
        size = None if self._vocabulary is None else self.vocabulary_size()
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in _CONFIG_NAMES},
            "vocabulary": self.input_vocabulary,
            "idf_weights": self.input_idf_weights,
            "vocabulary_size": size,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        check_no_path(config)
        return super().from_config(config)

    def save_own_variables(self, store):
        if self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store):
        if self.output_mode == "tf_idf" and "idf_weights" in store.keys() and not backend.in_stateless_scope():
            self._idf = np.asarray(store["idf_weights"], "float32")

    def save_assets(self, dir_path):
        """Writes the vocabulary to a folder, unless it is in the config.

        Args:
            dir_path: Path of the folder.
        """
        if self.input_vocabulary is not None or self._vocabulary is None:
            return
        tokens = [str(token) for token in self.get_vocabulary()]
        with open(os.path.join(dir_path, VOCABULARY_FILE), "wb") as file:
            file.write("\n".join(tokens).encode("utf-8", "surrogateescape"))
        if any("\n" in token or token.endswith("\r") for token in tokens):
            with open(os.path.join(dir_path, _ESCAPED_FILE), "w") as file:
                json.dump(tokens, file)

    def load_assets(self, dir_path):
        """Reads the vocabulary that `save_assets` wrote.

        Args:
            dir_path: Path of the folder.
        """
        if self.input_vocabulary is not None:
            return
        path = os.path.join(dir_path, _ESCAPED_FILE)
        if os.path.isfile(path):
            with open(path) as file:
                tokens = json.load(file)
        else:
            with open(os.path.join(dir_path, VOCABULARY_FILE), "rb") as file:
                tokens = file.read().decode("utf-8", "surrogateescape").split("\n")
        tokens = self._tokens_of(tokens)[len(self._special_tokens()) :]
        self._check_size(tokens)
        self._set(tokens, self._idf)


def goes_to_engine(x):
    """Whether `x` is a tensor, of the running engine or of one that serves it, and no array."""
    if isinstance(x, (np.ndarray, str, bytes, list, tuple)):
        return False
    return backend.is_tensor(x) or door.server_of(x) is not None


def built_for(layer, cells):
    """`Cells` that a layer is called on, which is built for their shape if it is not built yet."""
    if not layer.built:
        layer.build(cells.shape)
    return cells


def check_no_path(config):
    """Refuses a config that names a file, unless safe mode is off.

    Args:
        config: Config of a layer with a vocabulary.

    Raises:
        ValueError: Its vocabulary is a path.
    """
    path = config.get("vocabulary")
    if isinstance(path, (str, os.PathLike)) and serialization_lib.in_safe_mode() is not False:
        raise ValueError(
            f"A config names the vocabulary file {str(path)!r}, which is not read in safe mode. Pass the tokens instead, or, if "
            "you trust the config, call `keras.config.enable_unsafe_deserialization()` first."
        )


def _as_list(values):
    values = values.tolist() if hasattr(values, "tolist") else list(values)
    return [x.item() if isinstance(x, np.generic) else x for x in values]
