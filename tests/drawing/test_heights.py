"""Heights are logarithmic where most losses lie far below the top."""

import pytest
from scenes import function_scene

from landscape_lab.drawing.heights import Heights


@pytest.mark.parametrize(
    ("name", "logarithmic"), [("sphere", False), ("rastrigin", False), ("rosenbrock", True), ("beale", True)]
)
def test_contours_are_logarithmic_where_the_losses_ask_for_it(name, logarithmic):
    assert Heights(function_scene(name)[1]).logarithmic == logarithmic
