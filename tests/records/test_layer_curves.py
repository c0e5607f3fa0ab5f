"""Norms, ratios, angles and noise from sums."""

import numpy as np

from landscape_lab.records.layer_curves import AVERAGED, QUANTITIES, LayerCurves, noise_scale

GRADIENT, WEIGHT, UPDATE = np.array([3.0, 4.0]), np.array([6.0, 8.0]), np.array([-1.0, 0.0])
SUMS = np.array([GRADIENT @ GRADIENT, WEIGHT @ WEIGHT, UPDATE @ UPDATE, UPDATE @ GRADIENT, 50.0, 2.0])


def curves(*tensors, groups=None):
    """Of one step."""
    names = [f"{number}.weight" for number in range(len(tensors))]
    return LayerCurves.of_tensors(np.array([0]), np.array([tensors]), names, groups or {})


def test_quantities_follow_from_sums():
    found = curves(SUMS).values()
    assert tuple(found) == QUANTITIES
    assert [float(each[0, 0]) for each in found.values()] == [5.0, 10.0, 0.1, 0.6, 25.0]


def test_a_group_is_all_its_tensors_in_one():
    other = np.array([16.0, 0.0, 4.0, -8.0, 10.0, 1.0])
    found = curves(SUMS, other, groups={"all": [0, 1], "group_1": [1]})
    assert found.names == ("all", "group_1", "0.weight", "1.weight")
    assert found.together == 2
    values = found.values()
    whole = np.concatenate([GRADIENT, [4.0]]), np.concatenate([UPDATE, [-2.0]])
    cosine = -whole[0] @ whole[1] / np.linalg.norm(whole[0]) / np.linalg.norm(whole[1])
    np.testing.assert_allclose(values["cosine"][0], [cosine, 1.0, 0.6, 1.0])
    np.testing.assert_allclose(values["gradient_norm"][0], [np.sqrt(41), 4.0, 5.0, 4.0])
    np.testing.assert_allclose(values["noise_scale"][0], [20.0, 10.0, 25.0, 10.0])


def test_weights_of_zero_have_no_ratio_and_a_still_tensor_no_cosine():
    values = curves([1.0, 0.0, 1.0, -1.0, np.nan, np.nan], [1.0, 4.0, 0.0, 0.0, np.nan, np.nan]).values()
    assert "noise_scale" not in values  # no step saw a minibatch
    np.testing.assert_array_equal(values["update_ratio"], [[np.nan, 0.0]])
    np.testing.assert_array_equal(values["cosine"], [[1.0, np.nan]])


def test_noise_is_averaged_before_it_is_divided():
    random = np.random.default_rng(0)
    variance, signal = random.uniform(1, 2, (25, 3)), random.normal(0.3, 1.0, (25, 3))
    found = noise_scale(variance, signal)
    for step in range(25):
        recent = slice(max(0, step - AVERAGED + 1), step + 1)
        mean = signal[recent].mean(axis=0)
        expected = np.where(mean > 0, variance[recent].mean(axis=0) / mean, np.nan)
        np.testing.assert_allclose(found[step], expected)
    assert np.isnan(found).any()
    assert np.isfinite(found).any()
