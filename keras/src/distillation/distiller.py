"""`Distiller`: a model that trains a student on its targets and on what a teacher gives."""

import numbers

from keras.src import ops, tree
from keras.src.api_export import keras_export
from keras.src.distillation.distillation_loss import DistillationLoss, FeatureDistillation
from keras.src.metrics.reduction_metrics import Mean
from keras.src.models.model import Model
from keras.src.saving import serialization_lib
from keras.src.utils.warning_utils import warn


@keras_export("keras.distillation.Distiller")
class Distiller(Model):
    """Trains a student on targets and on what its teacher gives.

    The number to be lowered is `student_loss_weight * student_loss + (1 - student_loss_weight) * distillation_loss`,
    and what the student's layers add to it, such as regularization. The metrics `student_loss`, `distillation_loss`
    and `total_loss` tell the parts, as means over batches. The teacher is frozen, and runs as in inference; calling the distiller, or
    `predict`, runs the student alone.

    Args:
        teacher: Trained `keras.Model`. Its `trainable` becomes `False`.
        student: `keras.Model` with inputs and outputs of the same shapes.
        distillation_losses: `keras.distillation.DistillationLoss`, or a list of them.
        distillation_loss_weights: List of a number for each of these losses, or the number of a single one; 1 for each by
            default. The weighted sum is the `distillation_loss`.
        student_loss_weight: From 0 to 1. With 1 the teacher does not run, with 0 there need be no targets.
        name: Name of the model.
        **kwargs: Other arguments of `keras.Model`.

    Raises:
        ValueError: Models, losses or weights do not fit together.

    Example:

    >>> teacher = keras.Sequential([keras.Input((4,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(3)])
    >>> student = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    >>> loss = keras.distillation.LogitsDistillation(temperature=2.0, loss="mse")
    >>> distiller = keras.distillation.Distiller(teacher, student, loss, student_loss_weight=0.3)
    >>> distiller.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    >>> results = distiller.evaluate(np.ones((8, 4)), np.zeros(8), return_dict=True, verbose=0)
    >>> sorted(results)
    ['distillation_loss', 'loss', 'student_loss', 'total_loss']
    """

    def __init__(
        self,
        teacher,
        student,
        distillation_losses,
        distillation_loss_weights=None,
        student_loss_weight=0.5,
        name="distiller",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        found = _as_list(distillation_losses)
        _check_models(teacher, student)
        _check_losses(found, teacher, student)
        self.teacher = teacher
        self.student = student
        self.teacher.trainable = False
        self.distillation_losses = found
        self.distillation_loss_weights = _checked_weights(distillation_loss_weights, len(found))
        self.student_loss_weight = _checked_share(student_loss_weight)
        self.student_loss_tracker = Mean(name="student_loss")
        self.distillation_loss_tracker = Mean(name="distillation_loss")
        self.total_loss_tracker = Mean(name="total_loss")
        features = [loss for loss in found if isinstance(loss, FeatureDistillation)]
        # The layers of these models are those of teacher and student, so that nothing of them need be tracked.
        self.__dict__["_teacher_reader"] = _Reader(teacher, [loss.teacher_layer_name for loss in features])
        self.__dict__["_student_reader"] = _Reader(student, [loss.student_layer_name for loss in features])
        self.built = teacher.built and student.built

    def build(self, input_shape=None):
        """Creates the variables of both models.

        Args:
            input_shape: Shape of the inputs with the batch, or structure of shapes.
        """
        for model in (self.teacher, self.student):
            if not model.built:
                model.build(input_shape)
        self.built = True

    def call(self, inputs, training=None, **kwargs):
        """What the student gives.

        Args:
            inputs: Tensor or structure of tensors.
            training: Whether the model is being trained.
            **kwargs: Given to the student.
        """
        if not training or kwargs:
            return self.student(inputs, training=training, **kwargs)
        return self._student_reader.run(inputs, training=training, keep=True)

    def compile(self, optimizer="adam", loss=None, metrics=None, **kwargs):
        """Says how the student is trained.

        Args:
            optimizer: Optimizer or its name.
            loss: Loss between targets and the student's outputs; needed unless `student_loss_weight` is 0.
            metrics: Metrics of targets and the student's outputs.
            **kwargs: Other arguments of `keras.Model.compile`.

        Raises:
            ValueError: There is no loss.
        """
        if loss is None and self.student_loss_weight > 0:
            raise ValueError("`loss` cannot be None: pass the loss between targets and the student's outputs.")
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kwargs)

    def compile_from_config(self, config):
        if config.get("loss") is None and self.student_loss_weight > 0:
            # Files of Keras 3.15 do not tell the loss.
            warn("The file does not tell the loss of the distiller: call `compile()` before it is trained.")
        else:
            super().compile_from_config(config)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The number to be lowered; see the class.

        Args:
            x: Inputs.
            y: Targets; without them there is no `student_loss`.
            y_pred: Outputs of the student.
            sample_weight: Weights of the samples in the `student_loss`, or `None`.
            training: Whether the model is being trained.

        Returns:
            Scalar tensor.
        """
        share = self.student_loss_weight
        added = self._losses_of_batch()
        student_loss = distillation_loss = ops.zeros(())
        if share > 0 and y is not None and self._compile_loss is not None:
            student_loss = self._compile_loss(y, y_pred, sample_weight)
        if share < 1:
            distillation_loss = self._distillation_loss(x, y_pred, training)
        total = share * student_loss + (1 - share) * distillation_loss
        for loss in added:
            total = total + ops.sum(ops.cast(loss, total.dtype))
        self.student_loss_tracker.update_state(student_loss)
        self.distillation_loss_tracker.update_state(distillation_loss)
        self.total_loss_tracker.update_state(total)
        return total

    def _distillation_loss(self, x, y_pred, training):
        """The weighted sum of the losses between the two models."""
        of_teacher, teacher_features = self._teacher_reader.read(x, training=False)
        student_features = self._student_reader.features(x, y_pred, training=training)
        features = iter(zip(teacher_features, student_features))
        total = ops.zeros(())
        for loss, weight in zip(self.distillation_losses, self.distillation_loss_weights):
            pair = of_teacher, y_pred
            if isinstance(loss, FeatureDistillation):
                pair = [outputs if feature is None else feature for outputs, feature in zip(pair, next(features))]
            total = total + weight * loss.compute_loss(*pair)
        return total

    _layers_in_config = ("teacher", "student")

    def get_config(self):
        """The arguments of the constructor as a serializable dict."""
        serialize = serialization_lib.serialize_keras_object
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "teacher": serialize(self.teacher),
            "student": serialize(self.student),
            "distillation_losses": [serialize(loss) for loss in self.distillation_losses],
            "distillation_loss_weights": list(self.distillation_loss_weights),
            "student_loss_weight": self.student_loss_weight,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        parts = ("dtype", "teacher", "student", "distillation_losses")
        read = {
            key: serialization_lib.deserialize_keras_object(config[key], custom_objects=custom_objects)
            for key in parts
            if key in config
        }
        return cls(**{**config, **read})


class _Reader:
    """Runs a model, and tells what some of its layers give on the way.

    Args:
        model: The model.
        names: Names of layers; `None` stands for the final outputs.
    """

    def __init__(self, model, names):
        self._model = model
        self._names = names
        self._kept = None
        self._insider = None
        if any(name is not None for name in names):
            features = [model.get_layer(name=name).output for name in names if name is not None]
            inputs, outputs = _ends(model)
            self._insider = Model(inputs, [outputs, features], name=f"{model.name}_with_features")

    def read(self, inputs, training):
        """The final outputs, and a list with the features (`None` for final outputs)."""
        if self._insider is None:
            return self._model(inputs, training=training), [None] * len(self._names)
        outputs, features = self._insider(inputs, training=training)
        features = iter(features)
        return outputs, [None if name is None else next(features) for name in self._names]

    def run(self, inputs, training, keep=False):
        """The final outputs; the features are kept for `features`, so that the model runs once in a step."""
        outputs, features = self.read(inputs, training)
        self._kept = (outputs, features) if keep else None
        return outputs

    def features(self, inputs, outputs, training):
        """The features beside these outputs: those that were kept, else the model runs once more."""
        kept, self._kept = self._kept, None
        if kept is not None and _are_same(kept[0], outputs):
            return kept[1]
        if self._insider is None:
            return [None] * len(self._names)
        return self.read(inputs, training)[1]


def _ends(model):
    """The symbolic inputs and outputs of a model with a graph, or of a stack, in their structures."""
    graph = getattr(model, "_functional", None) or model
    return graph.input, graph.output


def _are_same(first, second):
    first, second = tree.flatten(first), tree.flatten(second)
    return len(first) == len(second) and all(x is y for x, y in zip(first, second))


# What fits together


def _as_list(losses):
    if losses is None:
        raise ValueError(
            "`distillation_losses` cannot be None: pass a `keras.distillation.DistillationLoss` or a list."
        )
    return list(losses) if isinstance(losses, (list, tuple)) else [losses]


def _check_models(teacher, student):
    for role, model in (("Teacher", teacher), ("Student", student)):
        if not isinstance(model, Model):
            raise ValueError(f"{role} must be a keras.Model, got {type(model)}")
    if teacher is student:
        raise ValueError("Teacher and student must be two models, since the teacher is frozen.")
    if not (getattr(teacher, "inputs", None) and getattr(student, "inputs", None)):
        return  # what they take and give is not known beforehand
    for what, *pair in (("input", teacher.inputs, student.inputs), ("output", teacher.outputs, student.outputs)):
        shapes = [[tuple(x.shape) for x in tensors] for tensors in pair]
        if len(shapes[0]) != len(shapes[1]) or not all(map(_fit, *shapes)):
            told = [of_one[0] if len(of_one) == 1 else of_one for of_one in shapes]
            raise ValueError(
                f"Teacher and student {what} shapes are incompatible. Teacher: {told[0]}, Student: {told[1]}. "
                "All dimensions must match."
            )
    dtypes = [[x.dtype for x in model.inputs] for model in (teacher, student)]
    if dtypes[0] != dtypes[1]:
        told = [of_one[0] if len(of_one) == 1 else of_one for of_one in dtypes]
        raise ValueError(f"Teacher and student input dtypes must match. Teacher: {told[0]}, Student: {told[1]}.")


def _fit(first, second):
    return len(first) == len(second) and all(x == y or x is None or y is None for x, y in zip(first, second))


def _check_losses(losses, teacher, student):
    for loss in losses:
        if not isinstance(loss, DistillationLoss):
            raise ValueError(
                f"`distillation_losses` must be `keras.distillation.DistillationLoss`es. Received: {loss!r}"
            )
        loss.validate_model_compatibility(teacher, student)
        if all(getattr(model, "inputs", None) for model in (teacher, student)):
            names = getattr(loss, "teacher_layer_name", None), getattr(loss, "student_layer_name", None)
            pair = [
                _ends(model)[1] if name is None else model.get_layer(name=name).output
                for model, name in zip((teacher, student), names)
            ]
            loss.validate_outputs(*pair)


def _checked_weights(weights, count):
    if weights is None:
        return [1.0] * count
    if isinstance(weights, numbers.Real) and not isinstance(weights, bool):
        weights = [weights]
    if not isinstance(weights, (list, tuple)):
        raise ValueError(f"`distillation_loss_weights` must be a number or a list of numbers. Received: {weights!r}")
    if len(weights) != count:
        raise ValueError(
            f"Number of distillation_loss_weights ({len(weights)}) must match number of distillation_losses ({count})"
        )
    return [float(weight) for weight in weights]


def _checked_share(share):
    if isinstance(share, bool) or not isinstance(share, (int, float)):
        raise ValueError(f"`student_loss_weight` must be a number. Received: {share!r} of {type(share)}")
    if not 0 <= share <= 1:
        raise ValueError(f"`student_loss_weight` must be between 0 and 1. Received: student_loss_weight={share}")
    return share
