"""Shape rules of ops that cut images into patches or blocks, and put them together again."""

from keras.src.backend.common.shape_rules import reject
from keras.src.backend.common.windows import moved_size, per_dimension


def patch_settings(kernel_size, dilation, padding, stride):
    """Kernel size, dilation, padding and stride of each of the two spatial dimensions."""
    named = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    return list(zip(*(per_dimension(value, 2, name) for name, value in named.items())))


def padded_place_count(size, settings):
    window, dilation, padding, stride = settings
    return None if size is None else max(moved_size(size + 2 * padding, window, stride, dilation, "valid"), 0)


def unfolded(x, kernel_size, dilation=1, padding=0, stride=1):
    reject(len(x) != 4, "`x` must have rank 4: batch, channels, height and width", shape=x)
    settings = patch_settings(kernel_size, dilation, padding, stride)
    counts = [padded_place_count(n, s) for n, s in zip(x[2:], settings)]
    columns = None if x[1] is None else x[1] * settings[0][0] * settings[1][0]
    return (x[0], columns, None if None in counts else counts[0] * counts[1])


def folded(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    reject(len(x) != 3, "`x` must have rank 3: batch, elements of patches and places", shape=x)
    sizes = per_dimension(output_size, 2, "output_size")
    settings = patch_settings(kernel_size, dilation, padding, stride)
    window = settings[0][0] * settings[1][0]
    places = padded_place_count(sizes[0], settings[0]) * padded_place_count(sizes[1], settings[1])
    if x[1] is not None and x[1] % window or x[2] not in (None, places):
        raise ValueError(
            f"`x` must have a multiple of {window} elements in each patch, and {places} places. Received shape: {x} "
            f"for output_size={output_size}, kernel_size={kernel_size}, dilation={dilation}, padding={padding}, "
            f"stride={stride}"
        )
    return (x[0], None if x[1] is None else x[1] // window, *sizes)


def check_block(x, block_size):
    reject(block_size < 2, "`block_size` must be 2 or more", block_size=block_size)
    reject(len(x) != 4, "`x` must have rank 4: batch, two spatial dimensions and channels", shape=x)


def channels_last(x, data_format):
    return x if data_format == "channels_last" else (x[0], x[2], x[3], x[1])


def in_format(shape, data_format):
    return shape if data_format == "channels_last" else (shape[0], shape[3], shape[1], shape[2])


def spread_out(x, block_size, data_format="channels_last"):
    check_block(x, block_size)
    batch, height, width, channels = channels_last(x, data_format)
    if channels is not None and channels % block_size**2:
        raise ValueError(
            f"the channels of `x` must be a multiple of `block_size**2`, {block_size**2}. "
            f"Received shape: {x} ({data_format})"
        )
    sizes = tuple(None if n is None else n * block_size for n in (height, width))
    return in_format((batch, *sizes, None if channels is None else channels // block_size**2), data_format)


def gathered(x, block_size, data_format="channels_last"):
    check_block(x, block_size)
    batch, height, width, channels = channels_last(x, data_format)
    if any(n is not None and n % block_size for n in (height, width)):
        raise ValueError(
            f"height and width of `x` must be multiples of {block_size}. Received shape: {x} ({data_format})"
        )
    sizes = tuple(None if n is None else n // block_size for n in (height, width))
    return in_format((batch, *sizes, None if channels is None else channels * block_size**2), data_format)
