"""SciPy's minimisers as torch optimizers: one step is one iteration of the method."""

import warnings
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from landscape_lab.keys.optimizers import GRADIENT_FREE, SCIPY, SECOND_ORDER
from landscape_lab.optimizers.factories import Settings
from landscape_lab.optimizers.iterations import Iterations
from landscape_lab.optimizers.newton import hessian_of
from landscape_lab.optimizers.rows import (
    evaluate,
    evaluate_losses,
    gradients_of,
    move_to,
    parameters_of,
    points_of,
)
from landscape_lab.optimizers.traits import Traits

ENDLESS = {
    "COBYLA": {"maxiter": 10**6},
    "COBYQA": {"maxfev": 10**6, "maxiter": 10**6},
    "TNC": {"maxfun": 10**9},
}
"""The descent says how many steps there are, so the method's own limit is far away; its name differs."""
LIMITS = {
    "Nelder-Mead": ("maxiter", "maxfev"),
    "Powell": ("maxiter", "maxfev"),
    "L-BFGS-B": ("maxiter", "maxfun"),
}


def scipy_traits(method: str = "BFGS", **_: object) -> Traits:
    """What a method needs of the loop that calls it."""
    return Traits(
        repeats=True, rows=True, graph=method in SECOND_ORDER, gradient_free=method in GRADIENT_FREE
    )


@SCIPY.checks_class
class ScipyMinimizer(Optimizer):
    """`scipy.optimize.minimize`, an iteration at each step.

    The method runs in a thread that waits for each loss and, after each iterate, for the next step;
    rows of a parameter are problems of their own, with a thread for each, evaluated together. A
    method that has ended stays where it is. The thread's state is not part of a checkpoint: a
    resumed descent starts the method anew at the last point.

    Args:
        params: Parameters.
        method: BFGS, CG, L-BFGS-B, TNC, SLSQP, Nelder-Mead, Powell, COBYLA, COBYQA, Newton-CG,
            dogleg, trust-ncg, trust-krylov, trust-exact or trust-constr.
        tol: The method's own tolerance, or `None` for its default.
        options: The method's own options.

    Raises:
        ValueError: The method has no such option.
    """

    traits = staticmethod(scipy_traits)
    anew = "its method begins anew at the last point"
    """Why a descent that goes on ends elsewhere."""

    def __init__(
        self, params: ParamsT, method: str = "BFGS", tol: float | None = None, options: Settings | None = None
    ) -> None:
        super().__init__(params, {"method": method})
        if options:
            _check_options(method, options)
        own = ENDLESS.get(method, dict.fromkeys(LIMITS.get(method, ("maxiter",)), 10**9))
        self._settings = {"method": method, "tol": tol, "options": own | (options or {})}
        self._rows: list[Iterations] = []
        self._known: tuple[Tensor, Tensor] | None = None

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """One iteration of each row."""
        losses = None if self._rows else self._begin(closure)
        points = points_of(self, len(self._rows))
        for row in self._rows:
            row.proceed()
        while any(row.asks is not None for row in self._rows):
            losses = self._answer(points, closure)
        for i, row in enumerate(self._rows):
            points[i] = torch.from_numpy(row.iterate)
        move_to(self, points)
        self._note(closure)
        return losses

    def close(self) -> None:
        """End the threads."""
        for row in self._rows:
            row.close()

    def _begin(self, closure: Callable[[], Tensor] | None) -> Tensor:
        """Evaluate the start, whose losses are as many as there are rows, and start a thread for each."""
        losses, gradients, hessians = self._evaluate(closure)
        for i, point in enumerate(points_of(self, len(losses)).double().cpu().numpy()):
            row = Iterations(point, self._settings)
            row.remember(point, losses[i], _row(gradients, i), _row(hessians, i))
            weakref.finalize(self, row.close)
            self._rows.append(row)
        return torch.from_numpy(losses)

    def _evaluate(
        self, closure: Callable[[], Tensor] | None
    ) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
        """Losses, gradients and Hessians of the rows, as far as the method uses them."""
        method = self._settings["method"]
        if method in GRADIENT_FREE:
            return _array(evaluate_losses(closure)), None, None
        losses = evaluate(closure)
        gradients = gradients_of(self, len(losses))
        hessians = _array(hessian_of(gradients, parameters_of(self))) if method in SECOND_ORDER else None
        return _array(losses), _array(gradients.detach()), hessians

    def _answer(self, points: Tensor, closure: Callable[[], Tensor] | None) -> Tensor:
        """Evaluate what the rows ask for, all at once; a row that asks nothing stays where it is."""
        asked = points.clone()
        for i, row in enumerate(self._rows):
            asked[i] = torch.from_numpy(row.iterate if row.asks is None else row.asks)
        move_to(self, asked)
        losses, gradients, hessians = self._evaluate(closure)
        for i, row in enumerate(self._rows):
            if row.asks is not None:
                row.answer(losses[i], _row(gradients, i), _row(hessians, i))
        return torch.from_numpy(losses)

    def _note(self, closure: Callable[[], Tensor] | None) -> None:
        """Tell the record the losses where this step began, and keep those where it ended for the next."""
        note = getattr(closure, "note", None)  # the function of a plain loop has none
        if note is not None and self._known is not None:
            note(*self._known)
        ends = [row.known.get(row.iterate.tobytes()) for row in self._rows]
        if any(end is None for end in ends):
            self._known = None
            return
        parameter = parameters_of(self)[0]
        losses = torch.tensor(
            [end.loss for end in ends if end is not None], dtype=parameter.dtype, device=parameter.device
        )
        gradients = torch.zeros(
            len(ends), len(self._rows[0].iterate), dtype=parameter.dtype, device=parameter.device
        )
        for i, end in enumerate(ends):
            if end is not None and end.gradient is not None:
                gradients[i] = torch.from_numpy(end.gradient)
        self._known = losses, gradients


class _Begun(Exception):
    """A method evaluates its first point: it has looked at its options."""


def _check_options(method: str, options: Settings) -> None:
    """Raise `ValueError` for what a method does not have: SciPy would warn, and go on without it.

    The method itself is asked, because SciPy lists its options in prose only. What it says of values that do
    not fit the number of parameters is raised in its first step.
    """
    if not isinstance(options, Mapping):
        raise ValueError(f"Parameter `options` should be a mapping, {{name: value}}. Found `{options}`.")
    from scipy.optimize import OptimizeWarning, minimize  # heavy

    def begin(_: np.ndarray) -> float:
        raise _Begun

    derivatives = {} if method in GRADIENT_FREE else {"jac": begin}
    derivatives |= {"hess": begin} if method in SECOND_ORDER else {}
    try:
        with warnings.catch_warnings(), suppress(_Begun, ValueError):
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", OptimizeWarning)
            minimize(begin, np.zeros(1), method=method, options=dict(options), **derivatives)
    except (OptimizeWarning, TypeError) as error:
        raise ValueError(f"Parameter `options` should be options of {method}. Found: {error}.") from error


def _row(values: np.ndarray | None, i: int) -> np.ndarray | None:
    return None if values is None else values[i]


def _array(values: Tensor) -> np.ndarray:
    return values.detach().double().cpu().numpy()
