"""Limits of the house: what a reader can hold in mind at once. Each test names the offenders.

A limit is broken with a reason, which stands in the tables below.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from imports import PACKAGE, ROOT, sources

LONGEST_FUNCTION, LONGEST_FILE, MOST_ATTRIBUTES, MOST_ANY, COMPLEXITY = 46, 250, 10, 174, 6
"""Lines, lines, attributes of an object, names `Any` in all the package, ways through 95 of 100 functions."""
LONG_FILES: dict[str, str] = {}
"""Tables of data that are longer, and of what."""
LARGE_CLASSES = {
    "Descent": "Lightning hands this object to every callback, which find on it what they watch",
    "StudySettings": "the keys of `sweep` in conf/sweep/optuna.yaml, one by one",
    "Protocol": "the keys of `sweep` in conf/sweep/race.yaml, one by one",
    "Report": "the numbers of the seven panels of one figure",
    "PlaneSettings": "the keys of `plane` in conf/plane/auto.yaml, one by one",
    "Scene": "all that any picture of a run shows, as data",
    "Trace": "what a run gives to all pictures, as data",
    "Watch": "a line that is redrawn and the thread that does it",
}
"""Classes with more attributes, and why they need them."""
ELSEWHERE = {
    "tests/test_start_up.py tests/test_lab.py": ("assembly", "configuration.composed"),
    "tests/test_keys.py": ("configuration.schema", "keys", "validation"),
    "tests/test_descent.py": ("chunk", "evaluation", "results"),
    "tests/staging/test_scenes.py": ("scene",),
    "tests/test_callbacks.py": ("callbacks",),
    "tests/test_ensemble.py": ("callbacks.members", "outcomes.members"),
    "tests/outcomes/test_basins.py": ("callbacks.basins",),
    "tests/augmentations/test_exactness.py": (
        *("augmentations.base", "augmentations.draws", "augmentations.gradients", "augmentations.lineup"),
        *("augmentations.losses", "augmentations.patches", "augmentations.pictures", "augmentations.pixels"),
        *("augmentations.rasters", "augmentations.views"),
    ),
    "tests/augmentations/test_augmented.py": ("augmentations.augment",),
    "tests/augmentations/test_own_functions.py": ("augmentations.functions",),
    "tests/drawing/test_figures.py": ("drawing.maps", "drawing.marks", "drawing.paint", "drawing.style"),
    "tests/drawing/test_curves.py": ("drawing.distances",),
    "tests/drawing/test_race.py": ("drawing.entries", "drawing.race_curves"),
    "tests/drawing/test_video.py": (
        *("drawing.encoding", "drawing.growing", "drawing.ink", "drawing.loss_panel", "drawing.stage"),
        "drawing.turning",
    ),
    "tests/sweeps/race/test_race.py": ("drawing.standings", "sweeps.race", "sweeps.standings"),
    "tests/sweeps/test_grid.py": (
        *("drawing.race", "sweeps.best", "sweeps.composing", "sweeps.hparams", "sweeps.leaderboard"),
        *("sweeps.pages", "sweeps.progress"),
    ),
    "tests/sweeps/test_resume.py": ("sweeps.plan",),
    "tests/sweeps/study/test_tuning.py": ("sweeps.study",),
    "tests/landscapes/test_base.py": ("landscapes.axes",),
    "tests/landscapes/shapes/test_moves.py": ("landscapes.parts", "landscapes.shapes.layout"),
    "tests/landscapes/shapes/test_redrawing.py": ("landscapes.shapes.lineage",),
    "tests/optimizers/test_greedy.py": ("optimizers.living_on",),
    "tests/landscapes/test_functions.py": ("landscapes.functions",),
    "tests/landscapes/test_function.py": ("landscapes.calling",),
    "tests/landscapes/test_image.py": ("landscapes.image_functions", "landscapes.pixels"),
    "tests/landscapes/test_point.py": ("landscapes.field", "landscapes.gradients"),
    "tests/optimizers/test_catalogue.py": (
        *("optimizers.building", "optimizers.probing", "optimizers.traits", "optimizers.wrappers"),
        "optimizers.problem",
    ),
    "tests/optimizers/test_layouts.py": ("optimizers.comparison", "optimizers.valley"),
    "tests/optimizers/test_separate.py": ("optimizers.member",),
    "tests/optimizers/test_closures.py": ("optimizers.graph",),
    "tests/optimizers/test_scipy_methods.py": ("optimizers.iterations",),
}
"""Which neighbours test modules, and all that is in packages, without a test of the same name.

They hold laws and tables for all members of a concept, or whole sweeps and pictures. Commands are
tested with what they command.
"""
UNMIRRORED = {name: tests for tests, names in ELSEWHERE.items() for name in names}
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.ExceptHandler,
    ast.Assert,
    ast.comprehension,
    ast.match_case,
)

FILES = sources()
TREES = {module: ast.parse(file.read_text()) for module, file in FILES.items()}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """All functions and methods, also those inside others, by file and line."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{FILES[module].relative_to(ROOT)}:{node.lineno} {node.name}", node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring, which a reader may skip."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    return (
        function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if documented else 0)
    )


def complexity(function: ast.AST) -> int:
    """1, and 1 more for each branch, `and` and `or`; functions inside a function count for themselves."""
    ways, waiting = 1, list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        ways += isinstance(node, BRANCHES) + (len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0)
        waiting += ast.iter_child_nodes(node)
    return ways


def attributes(node: ast.ClassDef) -> set[str]:
    """What an object of a class holds: fields, and what its methods assign to `self`."""
    fields = {
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
    return fields | {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute)
        and isinstance(one.ctx, ast.Store)
        and isinstance(one.value, ast.Name)
        and one.value.id == "self"
    }


def mirror(module: str) -> Path:
    """Where the test of a module belongs."""
    *folders, name = module.split(".")[1:]
    return ROOT.joinpath("tests", *folders, f"test_{name}.py")


def excused(module: str) -> bool:
    """Whether the table says which neighbour tests a module, or what it is part of."""
    name = module.removeprefix(f"{PACKAGE}.")
    return name.endswith("__main__") or any(f"{name}.".startswith(f"{known}.") for known in UNMIRRORED)


def _listing(offenders: list[tuple[float, str]], limit: float) -> str:
    """The offenders, the worst first."""
    lines = (f"{value:5g}  {name}" for value, name in sorted(offenders, reverse=True))
    return f"\n{len(offenders)} above {limit}:\n" + "\n".join(lines)


def test_functions_are_short():
    lengths = [(length(node), name) for name, node in functions()]
    long = [one for one in lengths if one[0] > LONGEST_FUNCTION]
    assert not long, _listing(long, LONGEST_FUNCTION)


def test_files_are_short():
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in FILES.values()
    }
    long = [
        (length, name) for name, length in lengths.items() if length > LONGEST_FILE and name not in LONG_FILES
    ]
    assert not long, _listing(long, LONGEST_FILE)


def test_objects_hold_few_things():
    classes = [
        (len(attributes(node)), f"{FILES[module].relative_to(ROOT)}:{node.lineno} {node.name}")
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name not in LARGE_CLASSES
    ]
    large = [one for one in classes if one[0] > MOST_ATTRIBUTES]
    assert not large, _listing(large, MOST_ATTRIBUTES)


def test_types_are_known():
    counts = [
        (
            sum("Any" in (getattr(node, "id", ""), getattr(node, "name", "")) for node in ast.walk(tree)),
            module,
        )
        for module, tree in TREES.items()
    ]
    total = sum(count for count, _ in counts)
    assert total <= MOST_ANY, f"{total} times Any" + _listing([one for one in counts if one[0] > 3], 3)


def test_few_functions_branch_often():
    ways = [(complexity(node), name) for name, node in functions()]
    most = np.percentile([one[0] for one in ways], 95, method="higher")
    assert most <= COMPLEXITY, f"95 of 100 have at most {most:g}" + _listing(
        [one for one in ways if one[0] > COMPLEXITY], COMPLEXITY
    )


def test_every_module_has_a_test_of_its_name():
    missing = [
        (len(file.read_text().splitlines()), f"{module}: {mirror(module).relative_to(ROOT)}")
        for module, file in FILES.items()
        if file.name != "__init__.py" and not excused(module) and not mirror(module).exists()
    ]
    assert not missing, _listing(missing, 0)


def test_reasons_are_of_what_exists():
    classes = {
        node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    assert {f"{PACKAGE}.{name}" for name in UNMIRRORED} <= set(FILES)
    assert all((ROOT / file).is_file() for files in ELSEWHERE for file in files.split())
    assert set(LARGE_CLASSES) <= classes
    assert all((ROOT / name).is_file() for name in LONG_FILES)


def test_ways_and_attributes_are_counted():
    source = '''
class Seen:
    kept: int = 0

    def look(self, points):
        """One
        line."""
        self.seen = [point for point in points if point and self.kept or not points]
        self.kept += 1
        if points:
            def inner():
                while True:
                    pass
            return inner
        return 1 if self.kept else 2
'''
    (tree,) = ast.parse(source).body
    assert attributes(tree) == {"kept", "seen"}
    assert complexity(tree.body[1]) == 6  # 1, the comprehension, `and`, `or`, `if`, and `if … else`
    assert length(tree.body[1]) == 9
    assert complexity(tree.body[1].body[3].body[0]) == 2
