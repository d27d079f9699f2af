"""Random numbers from a seed of two words: the same seed gives the same numbers, and nothing is kept between calls.

PyTorch's generators hold state on the host, which compilers, fake tensors and `torch.func` cannot follow. Eager calls
seed a generator and draw; under a tracer the same draw is one opaque operator, `keras::draw`. Programs of `torch.export`, which run
where there is no such operator, draw from PyTorch's own generator.
"""

import math
import threading

import torch

from keras.src.backend.common import host_draws
from keras.src.backend.torch import operators
from keras.src.backend.torch.devices import get_device
from keras.src.backend.torch.dtypes import to_engine_dtype
from keras.src.backend.torch.placed import PLACED, local

_MASK = 2**64 - 1


class _Generators(threading.local):
    """One generator for each device, seeded anew for each draw."""

    def __init__(self):
        self.by_device = {}


_generators = _Generators()


def _generator(seed, device):
    """The generator of a device, in the state that the seed stands for."""
    generator = _generators.by_device.get(device)
    if generator is None:
        generator = _generators.by_device[device] = torch.Generator(device)
    first, second = seed.tolist()
    return generator.manual_seed(_mixed(first, second))


def _mixed(first, second):
    """63 bits that each depend on all bits of both words (SplitMix64); the generator of the CPU looks at 32 of them."""
    bits = ((first & 0xFFFFFFFF) << 32 | (second & 0xFFFFFFFF)) + 0x9E3779B97F4A7C15 & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
    return (bits ^ bits >> 31) >> 1


_BELOW_MINUS_TWO = 0.5 * math.erfc(math.sqrt(2.0))


def _fill_within_two(out, mean, stddev, generator):
    """Quantiles of uniform numbers. In place: fresh memory costs more than the draw."""
    out.uniform_(2 * _BELOW_MINUS_TWO - 1, 1 - 2 * _BELOW_MINUS_TWO, generator=generator)
    return out.erfinv_().mul_(math.sqrt(2.0)).clamp_(-2.0, 2.0).mul_(stddev).add_(mean)


_FILLS = {
    "uniform": torch.Tensor.uniform_,
    "normal": torch.Tensor.normal_,
    "truncated_normal": _fill_within_two,
    "integers": lambda out, low, high, generator: out.random_(int(low), int(high), generator=generator),
    "bernoulli": lambda out, low, high, generator: out.bernoulli_(high, generator=generator),
    "exponential": lambda out, low, high, generator: out.exponential_(high, generator=generator),
    "permutation": lambda out, low, high, generator: torch.randperm(out.shape[0], out=out, generator=generator),
}


_LARGE = 2**14
"""Numbers from which on a CPU draws by NumPy, whose bits take half the time."""


def _sample(seed, kind, shape, dtype, device, low, high, a, b):
    if kind in host_draws.DRAWS and dtype is torch.float32 and math.prod(shape) >= _LARGE and _is_on_host(device):
        out = torch.empty(shape, dtype=dtype, device=device)
        host_draws.fill(kind, out.numpy(), low, high, seed.tolist())
        return out
    return _filled(_generator(seed, torch.device(device)), kind, shape, dtype, device, low, high, a, b)


def _filled(generator, kind, shape, dtype, device, low, high, a, b):
    if kind == "gamma":
        return torch._standard_gamma(a, generator)
    if kind == "binomial":
        return torch.binomial(a, b, generator)
    return _FILLS[kind](torch.empty(shape, dtype=dtype, device=device), low, high, generator=generator)


def _is_on_host(device):
    return torch.device(device).type == "cpu"


def _sample_operator(seed, kind, shape, dtype, device, low, high, a=None, b=None):
    return _sample(seed, kind, shape, dtype, device, low, high, a, b)


def _sample_spec(seed, kind, shape, dtype, device, low, high, a=None, b=None):
    return torch.empty(shape, dtype=dtype, device=device)


def _sample_batch(info, in_dims, seed, kind, shape, dtype, device, low, high, a=None, b=None):
    """Under `vmap`: one draw after the other, each by its own seed or parameters."""

    def part(x, dim, i):
        return x if x is None or dim is None else x.select(dim, i)

    dims = (in_dims[0], *(in_dims[i] if len(in_dims) > i else None for i in (7, 8)))
    samples = [
        torch.ops.keras.draw(
            part(seed, dims[0], i), kind, shape, dtype, device, low, high, part(a, dims[1], i), part(b, dims[2], i)
        )
        for i in range(info.batch_size)
    ]
    return torch.stack(samples), 0


operators.define(
    "draw(Tensor seed, str kind, SymInt[] shape, ScalarType dtype, Device device, float low, float high, "
    "Tensor? a=None, Tensor? b=None) -> Tensor",
    _sample_operator,
    _sample_spec,
    batch=_sample_batch,
)


def _draw(seed, kind, shape, dtype, low=0.0, high=1.0, a=None, b=None, device=None):
    """A draw on the device of its parameters, else the current one."""
    device = device or (get_device() if a is None else a.device)
    traced = (
        seed.__class__ not in (torch.Tensor, torch.nn.Parameter)
        or torch.compiler.is_compiling()
        or seed.device.type == "meta"
        or torch._C._are_functorch_transforms_active()
    )
    if torch.compiler.is_exporting():
        if kind == "integers":  # `random_` has overloads that programs cannot name
            return torch.randint(int(low), int(high), shape, dtype=dtype, device=device)
        return _filled(None, kind, shape, dtype, device, low, high, a, b)
    if traced:
        if isinstance(seed, PLACED.kinds):
            return _draw(local(seed).detach(), kind, shape, dtype, low, high, a, b, device)
        shape = [int(n) if n.__class__ is not torch.SymInt else n for n in shape]
        return torch.ops.keras.draw(seed, kind, shape, dtype, torch.device(device), float(low), float(high), a, b)
    return _sample(seed, kind, shape, dtype, device, low, high, a, b)


def _is_number(x):
    return isinstance(x, (int, float))


def normal(shape, mean, stddev, dtype, seed):
    """Normal numbers of the given mean and standard deviation."""
    dtype = to_engine_dtype(dtype)
    if _is_number(mean) and _is_number(stddev) and stddev >= 0:  # torch refuses others, which mirror the draw elsewhere
        return _draw(seed, "normal", shape, dtype, mean, stddev)
    return (_draw(seed, "normal", shape, dtype) * stddev + mean).to(dtype)


def uniform(shape, minval, maxval, dtype, seed):
    """Uniform numbers in `[minval, maxval)`."""
    dtype = to_engine_dtype(dtype)
    if _is_number(minval) and _is_number(maxval) and minval <= maxval:  # as in `normal`
        return _draw(seed, "uniform", shape, dtype, minval, maxval)
    return (_draw(seed, "uniform", shape, dtype) * (maxval - minval) + minval).to(dtype)


def randint(shape, minval, maxval, dtype, seed):
    """Uniform integers in `[minval, maxval)`."""
    dtype = to_engine_dtype(dtype)
    if _is_number(minval) and _is_number(maxval):
        return _draw(seed, "integers", shape, torch.int64, int(minval), int(maxval)).to(dtype)
    span = torch.as_tensor(maxval - minval, dtype=torch.float64)
    draw = _draw(seed, "uniform", shape, torch.float64)
    return (torch.floor(draw * span.to(draw.device)) + minval).to(dtype)


def truncated_normal(shape, mean, stddev, dtype, seed):
    """Normal numbers within two standard deviations of the mean."""
    dtype = to_engine_dtype(dtype)
    wide = torch.float64 if dtype is torch.float64 else torch.float32
    if _is_number(mean) and _is_number(stddev):
        return _draw(seed, "truncated_normal", shape, wide, mean, stddev).to(dtype)
    return (_draw(seed, "truncated_normal", shape, wide) * stddev + mean).to(dtype)


def categorical(logits, num_samples, dtype, seed):
    """Classes drawn for each row of `logits`: each time the one whose first event comes soonest."""
    wait = _draw(
        seed, "exponential", (*logits.shape[:-1], num_samples, logits.shape[-1]), torch.float32, device=logits.device
    )
    scores = torch.log_softmax(logits.float(), -1).unsqueeze(-2) - torch.log(wait)
    return torch.argmax(scores, -1).to(to_engine_dtype(dtype))


def dropout(inputs, rate, noise_shape, seed):
    """`inputs` with a share `rate` of the elements at zero and the others scaled up."""
    shape = inputs.shape if noise_shape is None else [n if m is None else m for n, m in zip(inputs.shape, noise_shape)]
    keep = 1.0 - rate
    if keep <= 0:
        return torch.zeros_like(inputs)
    mask = _draw(seed, "bernoulli", shape, torch.bool, high=keep, device=inputs.device)
    return torch.where(mask, inputs / keep, 0.0)


def shuffle(x, axis, seed):
    """`x` with its slices along `axis` in another order."""
    order = _draw(seed, "permutation", (x.shape[axis],), torch.int64, device=x.device)
    return x.index_select(axis, order)


def gamma(shape, alpha, dtype, seed):
    """Numbers of the gamma distribution with shape parameter `alpha` and rate 1."""
    dtype = to_engine_dtype(dtype)
    wide = torch.float64 if dtype is torch.float64 else torch.float32
    alpha = torch.as_tensor(alpha, dtype=wide, device=get_device()).broadcast_to(shape).contiguous()
    return _draw(seed, "gamma", shape, wide, a=alpha).to(dtype)


def binomial(shape, counts, probabilities, dtype, seed):
    """Numbers of successes in `counts` trials that succeed with the given probabilities."""
    counts = torch.as_tensor(counts, dtype=torch.float32, device=get_device()).broadcast_to(shape).contiguous()
    probabilities = (
        torch.as_tensor(probabilities, dtype=torch.float32, device=get_device()).broadcast_to(shape).contiguous()
    )
    return _draw(seed, "binomial", shape, torch.float32, a=counts, b=probabilities).to(to_engine_dtype(dtype))


def beta(shape, alpha, beta, dtype, seed):
    """Numbers of the beta distribution: shares of two gamma variates."""
    both = [torch.as_tensor(p, dtype=torch.float32, device=get_device()).broadcast_to(shape) for p in (alpha, beta)]
    a, b = gamma((2, *shape), torch.stack(both), "float32", seed).unbind()
    return (a / (a + b)).to(to_engine_dtype(dtype))
