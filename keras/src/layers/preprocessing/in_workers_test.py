"""Layers of data in the worker processes of loaders, on NumPy arrays."""

import multiprocessing

import numpy as np
import pytest

import keras
from keras.src import layers, models, ops

IMAGES = np.random.default_rng(0).uniform(0, 255, size=(8, 4, 6, 3)).astype("float32")


def array(x):
    return np.array(ops.convert_to_numpy(x))


class Mapped:
    """A data set whose samples go through a function."""

    def __init__(self, function):
        self.function = function

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, index):
        return array(self.function(IMAGES[index]))


def loaded(function):
    """The samples, from two processes that are forked."""
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(
        Mapped(function), batch_size=2, num_workers=2, timeout=60, multiprocessing_context="fork"
    )
    return np.concatenate([batch.numpy() for batch in loader])


def adapted():
    layer = layers.Normalization()
    layer.adapt(IMAGES)
    return lambda image: layer(image[None])[0]


def functional():
    inputs = keras.Input((4, 6, 3))
    model = models.Model(inputs, layers.Rescaling(0.5)(layers.CenterCrop(2, 2)(inputs)))
    return lambda image: model(image[None])[0]


class Own(layers.Layer):
    """A layer of a user that holds layers of data."""

    def __init__(self):
        super().__init__()
        self.crop, self.scale = layers.CenterCrop(2, 2), layers.Rescaling(0.5)

    def call(self, inputs):
        return self.scale(self.crop(inputs))


CROPPED = IMAGES[:, 1:3, 2:4]
DETERMINISTIC = {
    "rescaling": (lambda: layers.Rescaling([1.0, 2.0, 4.0], 1.0), IMAGES * [1, 2, 4] + 1),
    "normalization": (adapted, (IMAGES - IMAGES.mean((0, 1, 2))) / IMAGES.std((0, 1, 2))),
    "crop": (lambda: layers.CenterCrop(2, 2), CROPPED),
    "pipeline": (lambda: layers.Pipeline([layers.CenterCrop(2, 2), layers.Rescaling(0.5)]), CROPPED / 2),
    "functional": (functional, CROPPED / 2),
    "own": (Own, CROPPED / 2),
}


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_the_same_numbers_as_in_this_process(name):
    make, expected = DETERMINISTIC[name]
    function = make()
    here = np.stack([array(function(image)) for image in IMAGES])
    found = loaded(function)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found, here, rtol=1e-4, atol=1e-4)


def test_resized_as_in_this_process():
    layer = layers.Resizing(3, 5)
    here = np.stack([array(layer(image)) for image in IMAGES])
    np.testing.assert_allclose(loaded(layer), here, rtol=1e-4)


def epochs(pipeline):
    """What two passes over one image, eight times each, give."""
    keras.utils.set_random_seed(1)
    image = IMAGES[0]
    return np.concatenate([loaded(lambda _: pipeline(image)) for _ in range(2)])


def test_augmented_differently_in_each_worker_call_and_pass_and_reproducibly():
    pipeline = layers.Pipeline(
        [layers.RandomFlip(seed=1), layers.RandomRotation(0.4, seed=2), layers.Rescaling(1 / 255)]
    )
    first = epochs(pipeline)
    assert first.shape == (16, 4, 6, 3) and first.dtype == "float32" and 0 <= first.min() and first.max() <= 1
    assert len(np.unique(first.reshape(16, -1).round(4), axis=0)) == 16
    np.testing.assert_array_equal(epochs(pipeline), first)


def test_parts_beside_the_images():
    layer = layers.RandomFlip("horizontal", bounding_box_format="xyxy", seed=1)
    masks = IMAGES[..., :1].astype("int32")

    def function(image):
        data = layer({"images": image, "segmentation_masks": image[..., :1].astype("int32"), "labels": np.int32(3)})
        assert array(data["labels"]) == 3
        return data["segmentation_masks"]

    found = loaded(function)
    assert found.dtype == "int32"
    for before, after in zip(masks, found):
        assert (after == before).all() or (after == before[:, ::-1]).all()


def test_strings_and_integers_are_looked_up():
    torch = pytest.importorskip("torch")
    words, buckets = layers.StringLookup(vocabulary=["a", "b"]), layers.Discretization([1.0, 2.0])
    here = array(words(np.array(["a", "b", "x"]))), array(buckets(np.array([0.5, 1.5, 2.5])))

    class Rows(Mapped):
        def __getitem__(self, index):
            return np.stack([array(words(np.array(["a", "b", "x"]))), array(buckets(np.array([0.5, 1.5, 2.5])))])

    loader = torch.utils.data.DataLoader(Rows(None), num_workers=2, timeout=60, multiprocessing_context="fork")
    for row in loader:
        np.testing.assert_array_equal(row.numpy()[0], np.stack(here))


def test_the_process_itself_goes_on_as_before():
    engine, layer = keras.config.backend(), layers.RandomFlip()
    loaded(layer)
    assert keras.config.backend() == engine
    assert type(layer(IMAGES)) is type(ops.convert_to_tensor(IMAGES))


def drawn_elsewhere(layer, results):
    results.put([array(layer(np.full((1, 1, 1), 120, "float32"))).ravel()[0] for _ in range(2)])


def test_processes_that_are_started_anew_draw_differently():
    context = multiprocessing.get_context("spawn")
    results, layer = context.Queue(), layers.RandomBrightness(0.4, seed=3)
    processes = [
        context.Process(name="worker", target=drawn_elsewhere, args=(layer, results), daemon=True) for _ in range(2)
    ]
    for process in processes:
        process.start()
    drawn = np.ravel([results.get(timeout=120) for _ in processes])
    for process in processes:
        process.join(60)
    assert len(np.unique(drawn.round(3))) == 4


class Both:
    """Of an image, what a pipeline makes of it, and a brightness that is drawn."""

    def __init__(self):
        self.crop = layers.Pipeline([layers.CenterCrop(2, 2), layers.Rescaling(0.5)])
        self.brightness = layers.RandomBrightness(0.4, seed=3)

    def __call__(self, image):
        return {"cropped": array(self.crop(image)), "drawn": array(self.brightness(np.full((1, 1, 1), 120, "float32")))}


@pytest.mark.parametrize("workers", [0, 2])
def test_in_the_maps_of_grain(workers):
    grain, flags = pytest.importorskip("grain"), pytest.importorskip("absl.flags")
    if not flags.FLAGS.is_parsed():
        flags.FLAGS.mark_as_parsed()
    data = grain.MapDataset.source(IMAGES).map(Both()).batch(2).to_iter_dataset()
    if workers:
        data = data.mp_prefetch(grain.MultiprocessingOptions(num_workers=workers))
    batches = list(data)
    np.testing.assert_allclose(np.concatenate([b["cropped"] for b in batches]), CROPPED / 2, rtol=1e-5)
    assert len(np.unique(np.concatenate([b["drawn"].ravel() for b in batches]).round(3))) == len(IMAGES)
