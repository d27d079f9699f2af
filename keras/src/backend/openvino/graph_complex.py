"""Graph kernels for complex numbers, which are pairs of nodes (`ComplexTensor`)."""

from keras.src.backend.openvino import graph_core, graph_elementwise, graph_numpy, graph_products
from keras.src.backend.openvino.tensor import ComplexTensor, as_complex, convert, wrap


def cast(x, dtype):
    """`x` in another dtype; complex numbers become real ones by their real parts."""
    if not dtype.startswith("complex"):
        return wrap(convert((x.real if isinstance(x, ComplexTensor) else x).output, dtype))
    part = {"complex64": "float32", "complex128": "float64"}[dtype]
    if not isinstance(x, ComplexTensor):
        return as_complex(cast(x, part))
    return ComplexTensor(cast(x.real, part), cast(x.imag, part))


def real(x):
    return x.real


def imag(x):
    return x.imag


def angle(x):
    return graph_elementwise.arctan2(x.imag, x.real)


def absolute(x):
    return graph_elementwise.hypot(x.real, x.imag)


def conjugate(x):
    return ComplexTensor(x.real, -x.imag)


def multiply(x1, x2):
    return _product(graph_elementwise.multiply, x1, x2)


def matmul(x1, x2):
    return _product(graph_products.matmul, x1, x2)


def _product(function, x1, x2):
    x1, x2 = as_complex(x1), as_complex(x2)
    return ComplexTensor(
        function(x1.real, x2.real) - function(x1.imag, x2.imag),
        function(x1.real, x2.imag) + function(x1.imag, x2.real),
    )


def divide(x1, x2):
    x2 = as_complex(x2)
    size = x2.real * x2.real + x2.imag * x2.imag
    result = multiply(x1, conjugate(x2))
    return ComplexTensor(result.real / size, result.imag / size)


def square(x):
    return multiply(x, x)


def exp(x):
    size = graph_elementwise.exp(x.real)
    return ComplexTensor(size * graph_elementwise.cos(x.imag), size * graph_elementwise.sin(x.imag))


def log(x):
    return ComplexTensor(graph_elementwise.log(absolute(x)), angle(x))


def sqrt(x):
    size = absolute(x)
    imaginary = graph_elementwise.sqrt((size - x.real) * 0.5)
    imaginary = graph_elementwise.where(x.imag < 0, -imaginary, imaginary)
    return ComplexTensor(graph_elementwise.sqrt((size + x.real) * 0.5), imaginary)


def equal(x1, x2):
    x1, x2 = as_complex(x1), as_complex(x2)
    return graph_elementwise.equal(x1.real, x2.real) & graph_elementwise.equal(x1.imag, x2.imag)


def not_equal(x1, x2):
    return graph_elementwise.logical_not(equal(x1, x2))


def where(condition, x1, x2):
    x1, x2 = as_complex(x1), as_complex(x2)
    return ComplexTensor(
        *(graph_elementwise.where(condition, a, b) for a, b in ((x1.real, x2.real), (x1.imag, x2.imag)))
    )


def _of_parts(function, tensors=1):
    """A kernel that does the same to the real and to the imaginary parts."""

    def kernel(*args):
        given, settings = [as_complex(x) for x in args[:tensors]], args[tensors:]
        return ComplexTensor(*(function(*(getattr(x, part) for x in given), *settings) for part in ("real", "imag")))

    return kernel


def _of_lists(function):
    """As `_of_parts`, for a list of tensors."""

    def kernel(xs, axis):
        xs = [as_complex(x) for x in xs]
        return ComplexTensor(function([x.real for x in xs], axis), function([x.imag for x in xs], axis))

    return kernel


add = _of_parts(graph_elementwise.add, 2)
subtract = _of_parts(graph_elementwise.subtract, 2)
negative = _of_parts(graph_elementwise.negative)
copy = _of_parts(graph_elementwise.copy)
sum = _of_parts(graph_numpy.sum)
mean = _of_parts(graph_numpy.mean)
cumsum = _of_parts(graph_numpy.cumsum)
reshape = _of_parts(graph_numpy.reshape)
transpose = _of_parts(graph_numpy.transpose)
swapaxes = _of_parts(graph_numpy.swapaxes)
expand_dims = _of_parts(graph_numpy.expand_dims)
squeeze = _of_parts(graph_numpy.squeeze)
broadcast_to = _of_parts(graph_numpy.broadcast_to)
flip = _of_parts(graph_numpy.flip)
roll = _of_parts(graph_numpy.roll)
repeat = _of_parts(graph_numpy.repeat)
tile = _of_parts(graph_numpy.tile)
take = _of_parts(graph_numpy.take)
take_along_axis = _of_parts(graph_numpy.take_along_axis)
diag = _of_parts(graph_numpy.diag)
diagonal = _of_parts(graph_numpy.diagonal)
trace = _of_parts(graph_numpy.trace)
tril = _of_parts(graph_numpy.tril)
triu = _of_parts(graph_numpy.triu)
get_item = _of_parts(graph_numpy.get_item)
slice = _of_parts(graph_core.slice)
stop_gradient = _of_parts(graph_core.stop_gradient)
concatenate = _of_lists(graph_numpy.concatenate)
stack = _of_lists(graph_numpy.stack)
