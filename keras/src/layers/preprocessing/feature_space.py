"""`FeatureSpace`: the columns of a table, each preprocessed in its own way, as one vector or as a dict of vectors."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.core.input_layer import Input
from keras.src.layers.layer import Layer
from keras.src.layers.preprocessing import adapting, table_columns
from keras.src.layers.preprocessing.category_encoding import CategoryEncoding
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.layers.preprocessing.discretization import Discretization
from keras.src.layers.preprocessing.hashed_crossing import HashedCrossing
from keras.src.layers.preprocessing.hashing import Hashing
from keras.src.layers.preprocessing.integer_lookup import IntegerLookup
from keras.src.layers.preprocessing.normalization import Normalization
from keras.src.layers.preprocessing.rescaling import Rescaling
from keras.src.layers.preprocessing.string_lookup import StringLookup
from keras.src.saving import saving_lib
from keras.src.saving.serialization_lib import deserialize_keras_object, serialize_keras_object
from keras.src.utils.naming import auto_name

_MODES = ("dict", "concat")
_MODES_OF_FEATURES = ("int", "one_hot", "float")
_MODES_OF_CROSSES = ("int", "one_hot")


def _check_mode(what, output_mode, known):
    if output_mode not in known:
        raise ValueError(f"{what}: `output_mode` must be one of {known}. Received: output_mode={output_mode!r}")


class Cross:
    """Which features are crossed: each combination of their values is a category, put into one of `crossing_dim` bins."""

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        _check_mode("Cross", output_mode, _MODES_OF_CROSSES)
        self.feature_names, self.crossing_dim, self.output_mode = tuple(feature_names), crossing_dim, output_mode

    @property
    def name(self):
        """The names of the features with `_X_` between."""
        return "_X_".join(self.feature_names)

    def get_config(self):
        """Arguments of the constructor."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Feature:
    """How a column is preprocessed: its dtype, the layer that does it, and the form of the result."""

    def __init__(self, dtype, preprocessor, output_mode):
        _check_mode("Feature", output_mode, _MODES_OF_FEATURES)
        self.dtype, self.output_mode = dtype, output_mode
        self.preprocessor = deserialize_keras_object(preprocessor) if isinstance(preprocessor, dict) else preprocessor

    def get_config(self):
        """Arguments of the constructor."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class TFDIdentity(DataLayer):
    """Passes a column on; the name is that which files know."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._start_built()

    def call(self, x):
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


class TFDConcat(DataLayer):
    """Vectors one after the other; the name is that which files know."""

    def __init__(self, axis, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self._start_built()

    def call(self, xs):
        return ops.concatenate(xs, axis=self.axis)


@keras_export("keras.utils.FeatureSpace")
class FeatureSpace(Layer):
    """Preprocesses the columns of a table, each in its own way, and gives one vector for each row, or a dict of vectors.

    Args:
        features: Dict from the names of the columns to what becomes of them: what the methods `float`, `float_rescaled`,
            `float_normalized`, `float_discretized`, `integer_categorical`, `string_categorical`, `integer_hashed`,
            `string_hashed` and `feature` give, or the name of one of these but the last.
        output_mode: `"concat"` for one vector for each row, with the features in the order of their names and then the
            crosses in the order of theirs, or `"dict"` for a dict.
        crosses: List of what `cross` gives, or of tuples of names of features with integer results.
        crossing_dim: Int, number of bins of a cross that is given as a tuple.
        hashing_dim: Int, number of bins of features that are given as `"integer_hashed"` or `"string_hashed"`.
        num_discretization_bins: Int, number of bins of features that are given as `"float_discretized"`.
        name: Name of the layer.

    Called on a dict of columns (tensors, arrays, lists, columns of a table, or a whole table of pandas), each of shape `(batch,)`
    or `(batch, size)`; or of single values, for a single row. It works in `tf.data.Dataset.map` too, under any backend.

    Raises:
        ValueError: An argument has a wrong value, `adapt` was not called and is needed, or columns are missing or unknown.

    Example:

    >>> space = keras.utils.FeatureSpace(
    ...     features={
    ...         "age": "float_normalized",
    ...         "city": keras.utils.FeatureSpace.string_hashed(num_bins=4),
    ...     },
    ... )
    >>> table = {"age": [20.0, 30.0, 40.0], "city": ["Bern", "Lima", "Bern"]}
    >>> space.adapt(table)
    >>> space(table).shape
    (3, 5)
    >>> inputs, encoded = space.get_inputs(), space.get_encoded_features()
    >>> model = keras.Model(encoded, keras.layers.Dense(1)(encoded))
    >>> model(space({"age": [25.0], "city": ["Lima"]})).shape
    (1, 1)
    """

    @classmethod
    def cross(cls, feature_names, crossing_dim, output_mode="one_hot"):
        """Declares a cross: each combination of the values of some features is a category.

        Args:
            feature_names: Tuple of names of features whose preprocessors give integers.
            crossing_dim: Int, number of bins into which the combinations are hashed.
            output_mode: `"one_hot"` or `"int"`.
        """
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype, preprocessor, output_mode):
        """Declares a feature with a preprocessor of one's own.

        Args:
            dtype: Name of the dtype of the column: `"string"`, one of floats or one of integers.
            preprocessor: Layer or function of a tensor of shape `(batch, 1)`.
            output_mode: `"float"` for results as they are, `"int"` likewise for integers, `"one_hot"` for integers as vectors.
        """
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name=None):
        """Declares a feature of floats that are left as they are.

        Args:
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("float")
        return Feature("float32", TFDIdentity(name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_rescaled(cls, scale=1.0, offset=0.0, name=None):
        """Declares a feature of floats that become `x * scale + offset`.

        Args:
            scale: Number.
            offset: Number.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("float_rescaled")
        return Feature("float32", Rescaling(scale, offset, name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_normalized(cls, name=None):
        """Declares a feature of floats that get mean 0 and variance 1; `adapt` finds out how.

        Args:
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("float_normalized")
        return Feature("float32", Normalization(axis=-1, name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_discretized(cls, num_bins, bin_boundaries=None, output_mode="one_hot", name=None):
        """Declares a feature of floats that are put into bins.

        Args:
            num_bins: Int, number of bins for which `adapt` finds boundaries; `None` where these are given.
            bin_boundaries: List of numbers, the boundaries.
            output_mode: `"one_hot"` or `"int"`.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("float_discretized")
        layer = Discretization(num_bins=num_bins, bin_boundaries=bin_boundaries, name=f"{name}_preprocessor")
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None):
        """Declares a feature of integers that stand for categories; `adapt` finds these.

        Args:
            max_tokens: Int, the most categories, unknown ones included; `None` for all.
            num_oov_indices: Int, number of indices for unknown categories.
            output_mode: `"one_hot"` or `"int"`.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("integer_categorical")
        layer = IntegerLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=f"{name}_preprocessor")
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None):
        """Declares a feature of strings that stand for categories; `adapt` finds these.

        Args:
            max_tokens: Int, the most categories, unknown ones included; `None` for all.
            num_oov_indices: Int, number of indices for unknown categories.
            output_mode: `"one_hot"` or `"int"`.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("string_categorical")
        layer = StringLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=f"{name}_preprocessor")
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Declares a feature of strings that are hashed into bins.

        Args:
            num_bins: Int, number of bins.
            output_mode: `"one_hot"` or `"int"`.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("string_hashed")
        return Feature("string", Hashing(num_bins=num_bins, name=f"{name}_preprocessor"), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Declares a feature of integers that are hashed into bins.

        Args:
            num_bins: Int, number of bins.
            output_mode: `"one_hot"` or `"int"`.
            name: Name of the feature, from which that of the preprocessor is made.
        """
        name = name or auto_name("integer_hashed")
        return Feature("int32", Hashing(num_bins=num_bins, name=f"{name}_preprocessor"), output_mode)

    def __init__(
        self,
        features,
        output_mode="concat",
        crosses=None,
        crossing_dim=32,
        hashing_dim=32,
        num_discretization_bins=32,
        name=None,
    ):
        super().__init__(name=name)
        if not features or not isinstance(features, dict):
            raise ValueError(
                f"FeatureSpace: `features` must be a dict with at least one feature. Received: {features!r}"
            )
        _check_mode("FeatureSpace", output_mode, _MODES)
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins, self.output_mode = num_discretization_bins, output_mode
        self.features = {name: self._standard_feature(name, value) for name, value in features.items()}
        self.crosses = [self._standard_cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.inputs = {name: _input_of(name, feature) for name, feature in self.features.items()}
        self.preprocessors = {name: feature.preprocessor for name, feature in self.features.items()}
        self.crossers = {cross.name: HashedCrossing(cross.crossing_dim, name=cross.name) for cross in self.crosses}
        self.one_hot_encoders = {}
        self.concat = TFDConcat(axis=-1) if output_mode == "concat" else None
        self.encoded_features = None
        self._is_adapted = not self._adaptable()
        self.built = self._is_adapted

    def _standard_feature(self, name, feature):
        """A `Feature` of what the user gave for one."""
        if isinstance(feature, Feature):
            return feature
        if isinstance(feature, dict):
            return deserialize_keras_object(feature)
        sizes = {
            "float_discretized": self.num_discretization_bins,
            "integer_hashed": self.hashing_dim,
            "string_hashed": self.hashing_dim,
        }
        if feature in sizes:
            return getattr(self, feature)(sizes[feature], name=name)
        if feature in ("float", "float_rescaled", "float_normalized", "integer_categorical", "string_categorical"):
            return getattr(self, feature)(name=name)
        raise ValueError(
            f"FeatureSpace: the feature {name!r} must be a name such as 'float_normalized' or 'string_hashed', or what a method "
            f"of that name gives. Received: {feature!r}"
        )

    def _standard_cross(self, cross):
        """A `Cross` of what the user gave for one."""
        if isinstance(cross, dict):
            cross = deserialize_keras_object(cross)
        if not isinstance(cross, Cross):
            cross = Cross(cross, crossing_dim=self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown or len(cross.feature_names) < 2:
            raise ValueError(
                f"FeatureSpace: a cross names at least two of the features {list(self.features)}. Received: "
                f"{cross.feature_names}"
            )
        return cross

    # Adapting

    def _adaptable(self):
        """The names of the features whose preprocessors learn from data."""
        return [name for name, layer in self.preprocessors.items() if hasattr(layer, "adapt") and not _is_given(layer)]

    def adapt(self, dataset):
        """Lets the preprocessors learn from data; what they learnt before is forgotten, unless this fails.

        Args:
            dataset: A `tf.data.Dataset` of dicts, of rows or of batches, without labels; a dict of arrays or lists, or a table
                of pandas; or a `keras.utils.PyDataset`, a loader or an iterable of dicts, of which tuples such as `(x, y)`
                begin with the dict.

        Raises:
            TypeError, ValueError: It is something else, it is empty, or a column is missing.
        """
        layers = {name: self.preprocessors[name] for name in self._adaptable()}
        alone = [name for name, layer in layers.items() if not adapting.learns_by_batches(layer)]
        source = table_columns.source_of(dataset, again=bool(alone))
        with table_columns.all_or_nothing(list(layers.values())):
            _learn_together({name: layer for name, layer in layers.items() if name not in alone}, source)
            for name in alone:
                layers[name].adapt(source.column(name, by_rows=False))
        self.one_hot_encoders, self.encoded_features = {}, None
        self._is_adapted = self.built = True
        self.get_encoded_features()

    def _check_if_adapted(self):
        if not self._is_adapted:
            raise ValueError(
                f"This FeatureSpace has features that learn from data, {self._adaptable()}: call `adapt(dataset)` first."
            )

    # Encoding

    def get_inputs(self):
        """The symbolic inputs of the features.

        Returns:
            Dict of `KerasTensor`s of shape `(None, 1)`, by name.
        """
        self._check_if_adapted()
        return self.inputs

    def get_encoded_features(self):
        """The symbolic result for the inputs that `get_inputs` gives.

        Returns:
            `KerasTensor` of shape `(None, size)`, or a dict of such.
        """
        self._check_if_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
        return self.encoded_features

    def __call__(self, data):
        """The vectors of rows.

        Args:
            data: Dict of columns, or of single values.
        """
        self._check_if_adapted()
        columns, is_row = table_columns.prepared(data, {name: x.dtype for name, x in self.features.items()})
        encoded = self._encoded(columns)
        if not is_row:
            return encoded
        if isinstance(encoded, dict):
            return {name: ops.squeeze(x, 0) for name, x in encoded.items()}
        return ops.squeeze(encoded, 0)

    def _encoded(self, columns):
        processed = {name: layer(columns[name]) for name, layer in self.preprocessors.items()}
        crossed = {
            name: layer([processed[x] for x in self.crosses_by_name[name].feature_names])
            for name, layer in self.crossers.items()
        }
        results = {name: self._in_mode(name, processed[name], self.features[name]) for name in sorted(processed)}
        crosses = {name: self._in_mode(name, crossed[name], self.crosses_by_name[name]) for name in sorted(crossed)}
        results.update(crosses)
        return (
            results
            if self.output_mode == "dict"
            else self.concat(list(map(self._as_floats, results, results.values())))
        )

    def _as_floats(self, name, x):
        """A result as a part of a vector: numbers that stand for categories are none."""
        dtype = backend.standardize_dtype(x.dtype)
        if backend.is_float_dtype(dtype):
            return x
        if name in self.features and self.features[name].output_mode == "float":
            return ops.cast(x, self.compute_dtype)
        raise ValueError(
            f"FeatureSpace: the feature {name!r} has the dtype {dtype}, so it cannot be part of a vector. Encode it by its "
            "`output_mode`, or use `output_mode='dict'` of the FeatureSpace."
        )

    def _in_mode(self, name, x, declared):
        """A result in the output mode of a `Feature` or a `Cross`."""
        if declared.output_mode != "one_hot":
            return x
        dtype = backend.standardize_dtype(x.dtype)
        if not backend.is_int_dtype(dtype):
            raise ValueError(
                f"FeatureSpace: the preprocessor of {name!r} must give integers for `output_mode='one_hot'`. It gives {dtype}"
            )
        if name not in self.one_hot_encoders:
            self.one_hot_encoders[name] = CategoryEncoding(self._number_of_categories(name), output_mode="multi_hot")
        return self.one_hot_encoders[name](x)

    def _number_of_categories(self, name):
        layer = self.crossers[name] if name in self.crossers else self.preprocessors[name]
        if hasattr(layer, "vocabulary_size"):
            return layer.vocabulary_size()
        if isinstance(layer, Discretization):
            return layer.num_bins if layer.bin_boundaries is None else len(layer.bin_boundaries) + 1
        if getattr(layer, "num_bins", None) is None:
            raise ValueError(
                f"FeatureSpace: for `output_mode='one_hot'` the preprocessor of {name!r} must have an attribute `num_bins` or a "
                f"method `vocabulary_size()`. Received: {layer!r}"
            )
        return layer.num_bins

    # Files

    def get_config(self):
        return {
            "features": {name: serialize_keras_object(feature) for name, feature in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": [serialize_keras_object(cross) for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def get_build_config(self):
        """Dict of the build configs of the preprocessors by the names of their features."""
        layers = {name: layer for name, layer in self.preprocessors.items() if isinstance(layer, Layer)}
        return {name: layer.get_build_config() for name, layer in layers.items()}

    def build_from_config(self, config):
        """Builds the preprocessors, as `get_build_config` said.

        Args:
            config: Dict by the names of features.
        """
        for name, build_config in config.items():
            layer = self.preprocessors.get(name)
            if build_config and layer is not None and not layer.built:
                layer.build_from_config(build_config)
        self._is_adapted = self.built = True

    def save(self, filepath):
        """Writes a `.keras` file, from which `keras.saving.load_model` makes an equal FeatureSpace.

        Args:
            filepath: Path of the file.
        """
        saving_lib.save_model(self, filepath)

    def save_own_variables(self, store):
        """Does nothing: all variables are those of the preprocessors."""

    def load_own_variables(self, store):
        """Takes it that the preprocessors are read from a file, so that they know what there is to know."""
        self._is_adapted = self.built = True


def _input_of(name, feature):
    return Input((1,), dtype=feature.dtype, name=name)


def _is_given(layer):
    """Whether a layer that could learn from data was told all beforehand."""
    given = ("input_bin_boundaries", "input_mean", "input_vocabulary")
    return any(getattr(layer, name, None) is not None for name in given)


def _learn_together(layers, source):
    """Lets layers learn from the columns of their names, which are read once."""
    for layer in layers.values():
        layer.reset_state()
    for name, batch in source.batches({name: isinstance(x, Discretization) for name, x in layers.items()}):
        layers[name].update_state(batch)
    for layer in layers.values():
        layer.finish()
