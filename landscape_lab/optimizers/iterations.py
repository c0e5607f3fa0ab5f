"""One call of a SciPy minimiser, an iteration at a time."""

import queue
import threading
from typing import NamedTuple

import numpy as np

from landscape_lab.keys.optimizers import GRADIENT_FREE, SECOND_ORDER
from landscape_lab.optimizers.factories import Settings

REMEMBERED = 64
"""How many evaluations a method can look back to."""


class Evaluation(NamedTuple):
    """What is known of a point.

    Args:
        loss: Its loss.
        gradient: `[dims]`, unless the method uses none.
        hessian: `[dims, dims]`, where the method uses it.
    """

    loss: float
    gradient: np.ndarray | None
    hessian: np.ndarray | None


class Stopped(BaseException):
    """Ends the method in its thread."""


class Iterations:
    """One call of `minimize` in a thread, which runs only while the caller waits for it.

    Args:
        start: Where it begins, `[dims]`.
        settings: Method, tolerance and options.
    """

    def __init__(self, start: np.ndarray, settings: Settings) -> None:
        self.iterate = start.copy()
        self.asks: np.ndarray | None = None
        self.known: dict[bytes, Evaluation] = {}
        self._inbox: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._ended = False
        self._thread = threading.Thread(
            target=self._run, args=(start, settings), daemon=True, name="scipy.optimize.minimize"
        )
        self._thread.start()

    def proceed(self) -> None:
        """Let the method run until it asks for a loss, has an iterate or ends; its errors are raised here."""
        if self._ended:
            return
        self._inbox.put(True)
        error = self._outbox.get()
        if error is not None:
            raise error

    def answer(self, loss: float, gradient: np.ndarray | None, hessian: np.ndarray | None) -> None:
        """What was asked for; the method goes on."""
        if self.asks is not None:
            self.remember(self.asks, loss, gradient, hessian)
        self.asks = None
        self.proceed()

    def remember(
        self, point: np.ndarray, loss: float, gradient: np.ndarray | None, hessian: np.ndarray | None
    ) -> None:
        """Keep an evaluation, as one of the latest."""
        self.known[point.tobytes()] = Evaluation(float(loss), gradient, hessian)
        if len(self.known) > REMEMBERED:
            del self.known[next(iter(self.known))]

    def close(self) -> None:
        """End the thread."""
        if not self._ended:
            self._ended = True
            self._inbox.put(False)
            self._thread.join()

    # What follows runs in the thread.

    def _run(self, start: np.ndarray, settings: Settings) -> None:
        from scipy.optimize import minimize  # heavy

        error: BaseException | None = None
        try:
            self._wait()
            method = settings["method"]
            derivatives = {} if method in GRADIENT_FREE else {"jac": lambda x: self._ask(x).gradient}
            if method in SECOND_ORDER:
                derivatives["hess"] = lambda x: self._ask(x).hessian
            result = minimize(
                lambda x: self._ask(x).loss, start, callback=self._has_iterate, **derivatives, **settings
            )
            self.iterate = np.array(result.x, dtype=np.float64)
        except Stopped:
            return
        except Exception as raised:  # noqa: BLE001 - it is raised again where the step was called
            error = raised
        self._ended = True
        self._outbox.put(error)

    def _ask(self, point: np.ndarray) -> "Evaluation":
        """Loss, gradient and Hessian at a point: known, or from the caller."""
        point = np.array(point, dtype=np.float64)
        if point.tobytes() not in self.known:
            self.asks = point
            self._outbox.put(None)
            self._wait()
        loss, gradient, hessian = self.known[point.tobytes()]
        # copies: some methods work in the arrays that they get
        return Evaluation(loss, *(None if one is None else one.copy() for one in (gradient, hessian)))

    def _has_iterate(self, point: np.ndarray, *_: object) -> None:
        self.iterate = np.array(point, dtype=np.float64)
        self._outbox.put(None)
        self._wait()

    def _wait(self) -> None:
        if not self._inbox.get():
            raise Stopped
