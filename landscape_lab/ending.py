"""How a descent ended, and who ended it."""

from dataclasses import dataclass

from landscape_lab.raising import blamed, raised


@dataclass
class Ending:
    """How a descent ended.

    Args:
        status: `completed`, `diverged` (no member is finite any more), `failed` (the optimizer
            or the landscape raised), `pruned`, or `stopped` (by a callback, as planned).
        by: Who ended it before its last step, and why.
        error: What was raised.
    """

    status: str = "completed"
    by: str | None = None
    error: Exception | None = None

    @property
    def lost(self) -> str:
        """What pictures say of members whose last loss is not finite."""
        return "failed" if self.status == "failed" else "diverged"

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
        """The optimizer of all members raised in a step, or the landscape did."""
        who = "the optimizer" if blamed(error) is None else "the landscape"
        return cls("failed", f"{who} raised {raised(error)} in step {step}", error)

    @classmethod
    def after(cls, step: int, error: Exception | None) -> "Ending":
        """No member is finite where the last step led, or the landscape raised there."""
        if error is not None:
            return cls.failed(step, error)
        return cls("diverged", f"the loss or the point was not finite after step {step}")
