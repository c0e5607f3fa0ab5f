"""The campaign: whatever happens to a run, nothing is lost and nothing is wrong without a word.

A test tries many cases of some kinds, `with tried(kind, case): …`. A case is held where nothing is raised.
The others do not end the test, which fails at its end with all that was not held; a table of all kinds
stands below the campaign's last line.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PROPERTY = "campaign"
"""What a test's report carries: a kind, how many cases were held, how many tried."""


class Tries:
    """Count what is tried, and what of it is held.

    Attributes:
        cases: How many of each kind were tried.
        missed: Those not held, a kind and what happened.
    """

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.missed: list[tuple[str, str]] = []

    @contextmanager
    def __call__(self, kind: str, case: object) -> Iterator[None]:
        """Try one case; what it raises is noted.

        Args:
            kind: What happens: "killed at a rename".
            case: To what, so that it can be tried again.
        """
        self.cases[kind] += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - told at the test's end
            self.missed.append((kind, f"{case}: {type(error).__name__}: {error}"))

    def counts(self) -> list[tuple[str, int, int]]:
        """Each kind, how many of its cases were held, and how many tried."""
        missed = Counter(kind for kind, _ in self.missed)
        return [(kind, number - missed[kind], number) for kind, number in self.cases.items()]


@pytest.fixture
def tried(record_property) -> Iterator[Tries]:
    """Note the cases of a test; it fails after the last one where one was not held."""
    tries = Tries()
    yield tries
    for count in tries.counts():
        record_property(PROPERTY, count)
    assert tries.cases, "Nothing was tried."
    if tries.missed:
        pytest.fail("\n".join(f"{kind}: {what}" for kind, what in tries.missed), pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of all kinds."""
    held, tries = Counter(), Counter()
    for report in {id(one): one for many in terminalreporter.stats.values() for one in many}.values():
        if getattr(report, "when", None) == "teardown":
            for name, count in report.user_properties:
                if name == PROPERTY:
                    kind, well, all_ = count
                    held[kind] += well
                    tries[kind] += all_
    if tries:
        terminalreporter.section("held / tried")
        for kind in sorted(tries):
            remark = "" if held[kind] == tries[kind] else "   ← not all"
            terminalreporter.write_line(f"{held[kind]:6,} / {tries[kind]:<6,} {kind}{remark}")
        terminalreporter.write_line(f"{held.total():6,} / {tries.total():<6,} in all")
