"""A model as the engine sees it that runs its steps."""

from keras.src.optimizers import update


class ModelInTraining:
    """What engines may ask of a model beside its public methods: an engine calls nothing else.

    Args:
        model: The model, a `Trainer`.
    """

    def __init__(self, model):
        self.model = model

    def overrides(self, *names):
        """Whether the class of the model defines one of these methods of `Trainer` anew."""
        return self.model._overrides(*names)

    def layers(self):
        """The model and all layers in it, at whatever depth."""
        return self.model._flatten_layers()

    def steps_per_call(self):
        """Number of batches in one call of a function of an iterator."""
        return self.model._steps_per_call()

    def wants_compiled_steps(self, by_default):
        """Whether steps are to be compiled; `by_default` is the engine's answer where the user left it to the engine."""
        return self.model._wants_compiled_steps(by_default)

    def only_loss(self):
        """The compiled loss of a model with one output and one loss for it, a `Loss`; else `None`."""
        compiled = self.model._compile_loss
        return None if compiled is None else compiled.only_loss()

    def compiled_metrics(self):
        """List of the metrics given to `compile`, once they are built."""
        compiled = self.model._compile_metrics
        return [] if compiled is None else compiled.metrics

    def loss_of_batch(self, y, y_pred, sample_weight, training):
        """The number to be lowered, a scalar tensor, as the model's `compute_loss` tells it."""
        return self.model._loss_of_batch(None, y, y_pred, sample_weight, training=training)

    def note_loss(self, loss, sizes):
        """Takes losses into the mean that is shown as `loss`.

        Args:
            loss: Scalar tensor, or one with a loss for each batch.
            sizes: Number of samples in the batch, or a tensor of these numbers.
        """
        self.model._loss_tracker.update_state(loss, sample_weight=sizes)

    def note_outputs(self, y, y_pred, sample_weight):
        """Takes the outputs of a batch into the metrics given to `compile`."""
        self.model._update_compiled_metrics(y, y_pred, sample_weight)

    def updated_values(self, optimizer_variables, gradients, values):
        """New values of the trainable variables and of those of the optimizer, two lists of tensors.

        Args:
            optimizer_variables: Values of the variables of the optimizer.
            gradients: List of the gradients of the trainable variables.
            values: Values of the trainable variables.
        """
        model = self.model
        return update.stateless(model.optimizer, optimizer_variables, gradients, model.trainable_variables, values)
