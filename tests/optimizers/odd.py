"""Gradient descent in unusual dress, as users write it: `cases` enrols each class and function here.

Each makes the step x ← x − 0.01 · gradient(x), 0.01 by its own default.
"""

import torch
from torch.optim import Optimizer

RATE = 0.01


class Descent(Optimizer):
    """`step()` takes no closure."""

    def __init__(self, params, lr=RATE):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        self.descend()

    def descend(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(torch.as_tensor(group["lr"]) * p.grad)


def evaluated(closure, *arguments, **named):
    if closure is None:
        return None
    with torch.enable_grad():
        return closure(*arguments, **named)


class NeedsClosure(Descent):
    def step(self, closure):
        loss = evaluated(closure)
        super().step()
        return loss


class ClosureByName(Descent):
    @torch.no_grad()
    def step(self, *, closure=None):
        loss = evaluated(closure)
        self.descend()
        return loss


class ClosureUnderAnotherName(Descent):
    def step(self, evaluate):
        loss = evaluated(evaluate)
        super().step()
        return loss


class OthersBeforeClosure(Descent):
    @torch.no_grad()
    def step(self, lr=None, closure=None):
        assert lr is None
        loss = evaluated(closure)
        self.descend()
        return loss


class OthersWithoutClosure(Descent):
    @torch.no_grad()
    def step(self, lr=None):
        assert lr is None
        self.descend()


class AnyArguments(Descent):
    @torch.no_grad()
    def step(self, *arguments, **named):
        loss = evaluated(*arguments)
        self.descend()
        return loss


class LossAlone(Descent):
    """Compares losses that have no gradient, as line searches do."""

    @torch.no_grad()
    def step(self, closure):
        loss = evaluated(closure, True)
        with torch.no_grad():
            assert not closure(False).requires_grad
        assert loss == evaluated(closure, False)
        self.descend()
        return loss


class LossAloneByName(Descent):
    @torch.no_grad()
    def step(self, closure):
        loss = evaluated(closure, backward=False)
        parameters = self.param_groups[0]["params"]
        gradients = torch.autograd.grad(loss, parameters)
        for p, gradient in zip(parameters, gradients, strict=True):
            p.grad = gradient
        self.descend()
        return loss


class CreateGraph(Descent):
    """Says what it wants in the words of torch_optimizer's Adahessian."""

    def step(self, closure=None):
        loss = evaluated(closure)
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad.grad_fn is None:
                    raise RuntimeError("Gradient tensor 0 does not have grad_fn: set create_graph to True.")
                torch.autograd.grad(p.grad.sum(), p, retain_graph=True)
        with torch.no_grad():
            self.descend()
        return loss


class WithoutRate(Descent):
    """Has no learning rate, nor a group with one."""

    def __init__(self, params, size=RATE):
        Optimizer.__init__(self, params, {"size": size})

    def descend(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(group["size"] * p.grad)


class RateOfEachNumber(Descent):
    def __init__(self, params, lr=(RATE, RATE)):
        super().__init__(params, torch.tensor(lr))


class RatesAsList(Descent):
    def __init__(self, params, lr=(RATE, RATE)):
        super().__init__(params, list(lr))


class OfItsOwnPace(Descent):
    """Sets its own rate before and after each step."""

    def step(self):
        for group in self.param_groups:
            group["lr"] = RATE
        super().step()
        self.param_groups[0]["lr"] /= 2


class InBackward(Optimizer):
    """Steps in hooks of the backward pass, which takes the gradients away; `step` has nothing to do."""

    def __init__(self, params, lr=RATE):
        super().__init__(params, {"lr": lr})
        for p in self.param_groups[0]["params"]:
            p.register_post_accumulate_grad_hook(self.update)

    @torch.no_grad()
    def update(self, p):
        p.sub_(self.param_groups[0]["lr"] * p.grad)
        p.grad = None

    def step(self, closure=None):
        return None if closure is None else closure()


class WrapsFirst(Optimizer):
    """What it wraps comes first, without a default; the constructor of its parent is not called."""

    def __init__(self, base_optimizer, k=6):
        self.base_optimizer, self.k = base_optimizer, k
        self.param_groups, self.defaults = base_optimizer.param_groups, base_optimizer.defaults

    def step(self, closure=None):
        return self.base_optimizer.step(closure)


class WrapsBase(WrapsFirst):
    def __init__(self, base, k=6):
        super().__init__(base, k)


class WrapsAfterwards(Descent):
    """Passes its further settings to the class that it wraps."""

    def __init__(self, params, base_optimizer=torch.optim.SGD, **settings):
        super().__init__(params)
        self.base_optimizer = base_optimizer(self.param_groups, **settings)
        self.param_groups = self.base_optimizer.param_groups

    def step(self, closure=None):
        return self.base_optimizer.step(closure)


def function(params, lr=RATE):
    return torch.optim.SGD(params, lr=lr)


def function_of_a_module(model):
    return torch.optim.SGD([{"params": list(model.parameters())}], lr=RATE)


class WithoutParentsConstructor(Optimizer):
    """`Optimizer.__init__` is never called, and `step` needs the `no_grad` around it."""

    def __init__(self, params, lr=RATE):
        self.defaults, self.state = {"lr": lr}, {}
        self.param_groups = [{"params": list(params), "lr": lr}]

    @torch.no_grad()
    def step(self, closure=None):
        loss = evaluated(closure)
        for p in self.param_groups[0]["params"]:
            p.sub_(self.param_groups[0]["lr"] * p.grad)
        return loss


SETTINGS = {
    "WrapsFirst": ["optimizer.base_optimizer._target_=odd.NeedsClosure"],
    "WrapsBase": ["optimizer.base._target_=torch.optim.SGD", "optimizer.base.lr=0.01", "optimizer.k=3"],
    "WrapsAfterwards": ["optimizer.base_optimizer._target_=torch.optim.SGD", "optimizer.lr=0.01"],
}
"""What some are given."""


def cases():
    """The names of all that this module offers."""
    own = [name for name, one in globals().items() if getattr(one, "__module__", "") == __name__]
    return [name for name in own if name not in ("evaluated", "cases")]
