"""Connectionist temporal classification."""

import tensorflow as tf

from keras.src.backend.tensorflow.tensors import cast


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    losses = tf.nn.ctc_loss(
        labels=cast(target, "int32"),
        logits=cast(output, "float32"),
        label_length=cast(target_length, "int32"),
        logit_length=cast(output_length, "int32"),
        blank_index=mask_index,
        logits_time_major=False,
    )
    return cast(losses, output.dtype)


def ctc_decode(
    inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, merge_repeated=True, mask_index=0
):
    scores = tf.transpose(cast(inputs, "float32") if inputs.dtype.size < 4 else inputs, [1, 0, 2])
    lengths = cast(sequence_lengths, "int32")
    if strategy == "greedy":
        paths, score = tf.nn.ctc_greedy_decoder(scores, lengths, merge_repeated, mask_index)
    elif strategy == "beam_search":
        paths, score = _search(scores, lengths, beam_width, top_paths, mask_index)
    else:
        raise ValueError(f"`strategy` must be 'greedy' or 'beam_search'. Received: strategy={strategy!r}")
    shape = tf.stack([tf.shape(inputs)[0], tf.shape(inputs)[1]])
    dense = [tf.sparse.to_dense(tf.sparse.reset_shape(path, shape), default_value=-1) for path in paths]
    decoded = tf.ensure_shape(cast(tf.stack(dense), "int32"), [None, *inputs.shape[:2]])
    return decoded, cast(score, "float32")


def _search(scores, lengths, beam_width, top_paths, mask_index):
    """TensorFlow's search takes the last class for the blank: the classes behind the blank move down by one."""
    places = tf.range(tf.shape(scores)[-1])
    order = tf.concat([places[:mask_index], places[mask_index + 1 :], [mask_index]], 0)
    paths, score = tf.nn.ctc_beam_search_decoder(tf.gather(scores, order, axis=-1), lengths, beam_width, top_paths)
    labels = cast(order, "int64")
    return [tf.SparseTensor(p.indices, tf.gather(labels, p.values), p.dense_shape) for p in paths], score
