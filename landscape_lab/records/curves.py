"""Evenly spaced records of a descent, with those that are kept whatever the spacing."""

import numpy as np

from landscape_lab.records.known import Record, better, record_at, several
from landscape_lab.records.series import Series, State


class Curves:
    """Quantities over steps: losses, evaluations, learning rates, and small points.

    Args:
        records: The most evenly spaced records.
    """

    def __init__(self, records: int) -> None:
        self.series = Series(records)
        self._extra: dict[str, Record] = {}  # the records "best", "last" and "end"

    @property
    def end(self) -> Record | None:
        """The end point, where the descent has ended."""
        return self._extra.get("end")

    @property
    def last(self) -> Record | None:
        """The last record before the end."""
        return self._extra.get("last")

    @property
    def best(self) -> Record | None:
        """The best record, where it is kept."""
        return self._extra.get("best")

    @property
    def names(self) -> list[str]:
        """What is recorded."""
        return list(self.series.columns)

    def extend(self, records: Record, *, best: bool) -> None:
        """Records in order, of which the best one is kept if it is wanted; the descent goes on."""
        self._extra.pop("end", None)
        if best:
            self._extra["best"] = better(self._extra.get("best", {}), records)
        self._extra["last"] = record_at(records, -1)
        self.series.extend(**records)

    def finish(self, record: Record) -> None:
        """The end point, which is the last record unless the descent goes on."""
        self._extra["end"] = record_at(several(record), 0)

    @property
    def _kept(self) -> list[Record]:
        """The records that are kept whatever the spacing: the best one and the last."""
        return [record for record in (self.best, self.end or self.last) if record is not None]

    def array(self, name: str) -> np.ndarray:
        """One quantity at the evenly spaced steps, at the best one and at the last, `[records, …]`."""
        extra = {int(record["steps"]): record[name].numpy() for record in self._kept if name in record}
        series = self.series.values(name)
        if series is None:
            return np.stack(list(extra.values()))
        steps, values = self.series.steps.numpy(), series.numpy()
        missing = sorted(extra.keys() - set(steps.tolist()))
        if not missing:
            return values.copy()
        return np.insert(values, np.searchsorted(steps, missing), [extra[step] for step in missing], axis=0)

    def state_dict(self) -> State:
        """All but the end point; tensors and numbers only."""
        extra = {name: record for name, record in self._extra.items() if name != "end"}
        return {"series": self.series.state_dict(), "extra": extra}

    def load_state_dict(self, state: State) -> None:
        """Go on from what `state_dict` returned."""
        self.series.load_state_dict(state["series"])
        self._extra = dict(state["extra"])
