"""How a network becomes the public function that makes it: what the functions of all networks share stands here."""

import functools
import inspect
import types

from keras.src import activations, backend, layers
from keras.src.applications import published, texts
from keras.src.applications.imagenet_utils import CLASSES, obtain_input_shape
from keras.src.backend.common.waiting_values import ValuesMayWait
from keras.src.models.model import Model
from keras.src.ops.operation_utils import get_source_inputs
from keras.src.saving import places

COMMON = {
    "include_top": True,
    "weights": "imagenet",
    "input_tensor": None,
    "input_shape": None,
    "pooling": None,
    "classes": 1000,
    "classifier_activation": "softmax",
}
"""Arguments of every network with their defaults, in the order of most."""

POOLINGS = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}


def application(
    name,
    size=224,
    least=32,
    head=None,
    pooling_names=(),
    order=None,
    file=None,
    source=None,
    features=None,
    naming=None,
    check=None,
    end=None,
    keeps_size=False,
):
    """Decorator that makes the public constructor of a network from the function that stacks its layers.

    The function takes symbolic images and returns features. Its other parameters become arguments of the constructor,
    unless they are named as one that every network has: then they get its value.

    Args:
        name: Name of the model by default.
        size: Height and width of the images that the network was made for; or a function of the arguments; `None` for
            one that takes any, even with `include_top`.
        least: Least height and width.
        head: Function of features and all arguments that gives the predictions; `classify` by default.
        pooling_names: Dict of `pooling` to the name of the layer; names are made from classes by default.
        order: String of the names of all parameters, where the order is another.
        file: Function of all arguments and the symbolic images that gives the key of the weights in `published.FILES`;
            the function's name by default.
        source: The paper, a key of `texts.PAPERS`.
        features: Number of features, for the smallest member of a family; its docstring shows how it is made.
        naming: Function of all arguments and the height of the images that gives the model's name where `name` is `None`.
        check: Function of all arguments that raises where those of the network alone do not fit.
        end: Function of the features, pooled where that is asked for, that ends a network without `include_top`.
        keeps_size: Whether images have `size` by default without `include_top` too, and not any.
    """

    def decorate(stack):
        signature = _signature(stack, name, order)
        network = types.SimpleNamespace(
            stack=stack,
            own=list(inspect.signature(stack).parameters)[1:],
            size=size if callable(size) else lambda arguments: size,
            least=least,
            head=head or classify,
            pooling_names=dict(pooling_names),
            file=file or (lambda arguments, images: stack.__name__),
            naming=naming,
            check=check or (lambda arguments: None),
            end=end or (lambda features: features),
            keeps_size=keeps_size,
        )

        @functools.wraps(stack)
        def constructor(*args, **kwargs):
            return _make(network, _bound(stack.__name__, signature, args, kwargs))

        constructor.__signature__ = signature
        constructor.__doc__ = texts.of_network(stack, signature, least, source, features)
        return constructor

    return decorate


def classify(x, arguments):
    """The usual head: the mean over all places, and one dense layer."""
    return predictions(layers.GlobalAveragePooling2D(name="avg_pool")(x), arguments)


def predictions(x, arguments, **options):
    """The dense layer with a probability for each class."""
    activation = arguments.classifier_activation
    return layers.Dense(arguments.classes, activation=activation, name="predictions", **options)(x)


def channel_axis():
    """Axis of the channels in a batch of images."""
    return 3 if backend.image_data_format() == "channels_last" else 1


def axis_in_configs():
    """Axis of the channels, as configs of many published models have it."""
    return -1 if channel_axis() == 3 else 1


def lengths_of(x):
    """Height and width of images, each `None` where it is not known."""
    return x.shape[1:3] if channel_axis() == 3 else x.shape[2:4]


def padding_to_shrink(lengths, size):
    """Zeros around images so that a convolution of odd `size` with strides of 2 sees their last rows and columns."""
    return tuple((size // 2 - 1 + length % 2, size // 2) for length in lengths)


def _signature(stack, name, order):
    own = list(inspect.signature(stack).parameters.values())[1:]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    defaults = {**COMMON, **{p.name: p.default for p in own if p.name not in COMMON}, "name": name}
    names = order.split() if order else defaults
    return inspect.Signature([inspect.Parameter(n, kind, default=defaults[n]) for n in names])


def _bound(name, signature, args, kwargs):
    """All arguments of a call by name, as attributes."""
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}() {error}. It takes: {', '.join(signature.parameters)}") from None
    bound.apply_defaults()
    return types.SimpleNamespace(**bound.arguments)


def _make(network, arguments):
    """The model that arguments ask for."""
    _check(arguments)
    network.check(arguments)
    if arguments.weights is None:
        return _built(network, arguments)
    # To draw the values of a large network costs more than to make its layers.
    with ValuesMayWait():
        model = _built(network, arguments)
        model.load_weights(_weights_file(network, arguments, model.inputs[0]))
    return model


def _built(network, arguments):
    images = _images(network, arguments)
    x = network.stack(images, **{name: getattr(arguments, name) for name in network.own})
    x = network.head(x, arguments) if arguments.include_top else _features(network, x, arguments)
    inputs = images if arguments.input_tensor is None else get_source_inputs(images)
    return Model(inputs, x, name=_name(network, arguments))


def _name(network, arguments):
    if arguments.name is not None or network.naming is None:
        return arguments.name
    return network.naming(arguments, _shape(network, arguments)[0 if channel_axis() == 3 else 1])


def _images(network, arguments):
    """The symbolic images that the network begins with."""
    shape = _shape(network, arguments)
    if arguments.input_tensor is None:
        return layers.Input(shape=shape)
    return arguments.input_tensor


def _shape(network, arguments):
    """The shape of an image, as far as it is known."""
    size, shape = network.size(arguments), arguments.input_shape
    if shape is None and network.keeps_size:
        shape = (size, size, 3) if channel_axis() == 3 else (3, size, size)
    return obtain_input_shape(
        shape,
        default_size=size,
        min_size=network.least,
        data_format=backend.image_data_format(),
        require_flatten=arguments.include_top and size is not None,
        weights=arguments.weights,
    )


def _features(network, x, arguments):
    pooling = arguments.pooling
    if pooling:
        x = POOLINGS[pooling](name=network.pooling_names.get(pooling))(x)
    return network.end(x)


def _weights_file(network, arguments, images):
    if arguments.weights != "imagenet":
        return arguments.weights
    return published.fetch(network.file(arguments, images), arguments.include_top)


def _check(arguments):
    """Refuses arguments that no network takes."""
    _check_weights(arguments)
    if arguments.pooling not in (None, *POOLINGS):
        raise ValueError(f"`pooling` must be None, 'avg' or 'max'. Received: pooling={arguments.pooling!r}")
    if arguments.input_tensor is not None and not backend.is_keras_tensor(arguments.input_tensor):
        raise ValueError(
            "`input_tensor` must be a symbolic tensor, such as `keras.Input(...)` gives. Call the model on arrays "
            f"once it is made. Received an object of type {type(arguments.input_tensor).__name__}"
        )


def _check_weights(arguments):
    weights = arguments.weights
    if weights is not None and weights != "imagenet" and not _is_file(weights):
        raise ValueError(
            "`weights` must be None (drawn at random), 'imagenet' (trained on ImageNet), or the path of a file of weights "
            f"that exists. Received: weights={weights!r}"
        )
    if weights != "imagenet" or not arguments.include_top:
        return
    if arguments.classes != CLASSES:
        raise ValueError(
            f"With `weights='imagenet'` and `include_top=True`, `classes` must be {CLASSES}; other classes need "
            f"a head of your own on `include_top=False`. Received: classes={arguments.classes}"
        )
    activation = activations.get(arguments.classifier_activation)
    if activation not in (activations.softmax, activations.linear):
        raise ValueError(
            "With `weights='imagenet'` and `include_top=True`, `classifier_activation` must be 'softmax' or None, for which "
            f"the weights were trained. Received: classifier_activation={arguments.classifier_activation!r}"
        )


def _is_file(weights):
    if not isinstance(weights, (str, bytes)) and not hasattr(weights, "__fspath__"):
        return False
    return places.exists(places.path_of(weights))
