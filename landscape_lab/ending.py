"""How a descent ended, and who ended it."""

from dataclasses import dataclass


@dataclass
class Ending:
    """How a descent ended.

    Args:
        status: `completed`, `diverged` (no member is finite any more), `failed` (an optimizer
            raised), `pruned`, or `stopped` (by a callback, as planned).
        by: Who ended it before its last step, and why.
        error: What the optimizer raised.
    """

    status: str = "completed"
    by: str | None = None
    error: Exception | None = None

    @property
    def regular(self) -> bool:
        """Whether the descent stands at a point that counts, and could go on from there."""
        return self.status in ("completed", "stopped", "pruned")

    @classmethod
    def diverged(cls, step: int) -> "Ending":
        """All members have diverged in a step."""
        return cls("diverged", f"the loss, the point or the gradient was not finite in step {step}")

    @classmethod
    def failed(cls, step: int, error: Exception) -> "Ending":
        """The optimizer of all members raised in a step."""
        return cls("failed", f"the optimizer raised {type(error).__name__}: {error} in step {step}", error)
