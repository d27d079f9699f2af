"""`plot_bounding_box_gallery`: pictures with boxes, those that are true and those that were predicted."""

from keras.src.api_export import keras_export
from keras.src.utils.module_utils import LazyModule
from keras.src.visualization.draw_bounding_boxes import draw_bounding_boxes
from keras.src.visualization.pictures import pictures_of
from keras.src.visualization.plot_image_gallery import plot_image_gallery

_patches = LazyModule("matplotlib.patches")


@keras_export("keras.visualization.plot_bounding_box_gallery")
def plot_bounding_box_gallery(
    images,
    bounding_box_format,
    y_true=None,
    y_pred=None,
    value_range=(0, 255),
    true_color=(0, 188, 212),
    pred_color=(255, 235, 59),
    line_thickness=2,
    font_scale=1.0,
    text_thickness=None,
    class_mapping=None,
    ground_truth_mapping=None,
    prediction_mapping=None,
    legend=False,
    legend_handles=None,
    rows=None,
    cols=None,
    data_format=None,
    **kwargs,
):
    """Shows images with their bounding boxes in rows and columns.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ.
        bounding_box_format: Name of the boxes' format, such as `"xyxy"` or `"rel_yxyx"`.
        y_true: True boxes, a dict as `keras.visualization.draw_bounding_boxes` takes it.
        y_pred: Predicted boxes, likewise.
        value_range: The values of the images for black and for white.
        true_color: Colour of true boxes: red, green and blue from 0 to 255.
        pred_color: Colour of predicted boxes.
        line_thickness: Width of the lines in pixels of the images.
        font_scale: Size of the letters.
        text_thickness: Width of the strokes of letters; by default that of the lines.
        class_mapping: Dict from classes to names.
        ground_truth_mapping: The same for true boxes, in the place of `class_mapping`.
        prediction_mapping: The same for predicted boxes.
        legend: Whether a legend tells the two colours.
        legend_handles: Matplotlib's handles of another legend.
        rows: Number of rows.
        cols: Number of columns.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Given to `keras.visualization.plot_image_gallery`, such as `path`, `show`, `scale`, `dpi`.

    Raises:
        ImportError: Matplotlib is not installed.
        ValueError: Both `legend` and `legend_handles` are given, or images and boxes do not fit.

    Example:

    >>> images = np.zeros((2, 64, 64, 3), "uint8")
    >>> boxes = {"boxes": np.array([[[8, 20, 40, 56]], [[4, 24, 60, 60]]]), "labels": np.array([[0], [1]])}
    >>> keras.visualization.plot_bounding_box_gallery(
    ...     images, "xyxy", y_true=boxes, class_mapping={0: "cat", 1: "dog"}, font_scale=0.5, path="gallery.png"
    ... )
    """
    if legend and legend_handles is not None:
        raise ValueError("Pass either `legend=True` or `legend_handles`: a gallery has one legend.")
    drawn = pictures_of(images, data_format, value_range)
    for boxes, color, mapping in ((y_true, true_color, ground_truth_mapping), (y_pred, pred_color, prediction_mapping)):
        if boxes is not None:
            drawn = draw_bounding_boxes(
                drawn,
                boxes,
                bounding_box_format,
                class_mapping=class_mapping if mapping is None else mapping,
                color=color,
                line_thickness=line_thickness,
                text_thickness=line_thickness if text_thickness is None else text_thickness,
                font_scale=font_scale,
                data_format="channels_last",
            )
    if legend:
        legend_handles = [_patch("Ground Truth", true_color), _patch("Prediction", pred_color)]
    plot_image_gallery(
        drawn, rows=rows, cols=cols, legend_handles=legend_handles, data_format="channels_last", **kwargs
    )


def _patch(label, color):
    return _patches.Patch(color=[share / 255 for share in color], label=label)
