"""A database on a server, which may restart while a study goes on."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from landscape_lab.errors import tell

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

OUTAGE = 60.0
"""Seconds for which a database that does not answer is asked again."""
PAUSE = 1.0
"""Seconds between two questions."""
BEHIND = (
    "_create_new_trial",
    "_get_trials",
    "_set_trial_param",
    "_get_best_trial_id",
    "_get_stale_trial_ids",
)
"""What Optuna's own cache asks a database beside what every storage answers."""


class ServerStorage(RDBStorage):
    """A database that is asked again while its server is away, for a minute; then its error is raised."""

    away_since: float | None = None
    """When it ceased to answer; `None` while it answers."""

    @classmethod
    def opened(cls, url: str, **settings: object) -> "ServerStorage":
        """The database at an address, which is asked again, too, where it is known to be there."""
        end = time.monotonic() + OUTAGE
        while True:
            try:
                return cls(url, **settings)  # type: ignore[arg-type]
            except (StorageInternalError, OperationalError, InterfaceError) as error:
                if not _is_away(error) or time.monotonic() > end:
                    raise
                time.sleep(PAUSE)


def _asked_again(
    method: Callable[Concatenate[ServerStorage, Parameters], Answer],
) -> Callable[Concatenate[ServerStorage, Parameters], Answer]:
    """A method that is called again while the server is away."""

    @wraps(method)
    def patient(self: ServerStorage, *args: Parameters.args, **settings: Parameters.kwargs) -> Answer:
        while True:
            try:
                answer = method(self, *args, **settings)
            except (StorageInternalError, OperationalError, InterfaceError) as error:
                if not _is_away(error) or not _may_come_back(self):
                    raise
                time.sleep(PAUSE)
            else:
                self.away_since = None
                return answer

    return patient


def _is_away(error: Exception) -> bool:
    """Whether the server, and not the question, is at fault."""
    return isinstance(error.__cause__ or error, OperationalError | InterfaceError) or isinstance(
        error, OperationalError | InterfaceError
    )


def _may_come_back(storage: ServerStorage) -> bool:
    """Whether the minute has not passed; its beginning is told."""
    if storage.away_since is None:
        storage.away_since = time.monotonic()
        where = make_url(storage.url).render_as_string(hide_password=True)
        tell(f"The study's storage {where} does not answer; it is asked again for {OUTAGE:.0f} seconds.")
    return time.monotonic() - storage.away_since < OUTAGE


for name in (*BaseStorage.__abstractmethods__, "record_heartbeat", *BEHIND):
    setattr(ServerStorage, name, _asked_again(getattr(RDBStorage, name)))
