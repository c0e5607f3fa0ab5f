"""What an optimizer needs of the loop that calls it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Traits:
    """What an optimizer needs of the loop that calls it.

    A class may declare them, `traits = Traits(rows=True)`, or a function of its settings that
    returns them; any other class is tried by `probe`.

    Args:
        gradient_first: `step` expects its point's gradient to be there: it takes or calls no
            closure, or calls it only elsewhere.
        elsewhere: `step` moves before it first calls its closure, and needs no gradient for that.
        repeats: `step` calls its closure more than once.
        graph: The gradient has to carry its own graph (`create_graph=True`), for second
            derivatives.
        sparse: The gradient has to be a sparse tensor.
        pair: The closure has to return outputs and loss.
        loss_alone: `step` calls its closure with `False` where it wants no gradient.
        rows: The closure may return the losses of the members, not their sum: `step` treats each
            row of the parameters by itself.
        gradient_free: No gradient is used.
    """

    gradient_first: bool = False
    elsewhere: bool = False
    repeats: bool = False
    graph: bool = False
    sparse: bool = False
    pair: bool = False
    loss_alone: bool = False
    rows: bool = False
    gradient_free: bool = False

    @property
    def exact(self) -> bool:
        """Whether the gradient should be the loss's own derivative.

        It should where losses are compared within a step, or the gradient is derived again.
        """
        return (self.repeats or self.graph or self.loss_alone) and not self.gradient_free
