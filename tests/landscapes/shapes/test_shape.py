import torch

from landscape_lab.landscapes.shapes import affine


def test_the_own_frame_turns_and_then_stretches():
    turn, scale, place = 0.7, (2.0, 5.0), torch.tensor([0.3, -0.4])
    x = scale[0] * (place[0] * torch.cos(torch.tensor(turn)) - place[1] * torch.sin(torch.tensor(turn)))
    y = scale[1] * (place[0] * torch.sin(torch.tensor(turn)) + place[1] * torch.cos(torch.tensor(turn)))
    (matrix,) = affine(torch.tensor([turn]), torch.tensor([scale]))
    torch.testing.assert_close(matrix @ place, torch.stack([x, y]))
