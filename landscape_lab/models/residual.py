"""Residual networks for small pictures."""

from torch import Tensor, nn
from torch.nn.functional import pad, relu

from landscape_lab.validation import check_count


class ResNet(nn.Module):
    """The residual network of He et al. for small pictures, with or without its skip connections.

    It has three stages of n blocks of two convolutions, 6n + 2 layers in all. The second and third
    stage halve the picture and double the channels. A skip connection has no parameters, since the
    channels that it lacks are zeros. So the networks with and without skip connections have the same
    parameters, and only the connections make their landscapes differ: the question of Li et al.

    Args:
        channels: Of the pictures: 1 for grey, 3 for colour.
        outputs: How many numbers the network answers with.
        depth: How many layers, 6n + 2: 8, 14, 20, … 56.
        width: Channels of the first stage; He et al. have 16.
        skip: Whether there are skip connections.

    Raises:
        ValueError: No n gives the depth.

    References:
        He et al. 2016, "Deep residual learning for image recognition", section 4.2, shortcut A.
        Li et al. 2018, "Visualizing the loss landscape of neural nets", section 5.
    """

    def __init__(
        self, channels: int, outputs: int, depth: int = 8, width: int = 8, skip: bool = True
    ) -> None:
        for name, count in (("channels", channels), ("outputs", outputs), ("depth", depth), ("width", width)):
            check_count(name, count)
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"Parameter `depth` should be 6n + 2: 8, 14, 20, …. Found `depth = {depth}`.")
        super().__init__()
        self.first = nn.Conv2d(channels, width, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        blocks = []
        for stage in range(3):
            for block in range((depth - 2) // 6):
                begins = stage > 0 and block == 0  # the stages after the first begin with a smaller picture
                inside = width * 2 ** (stage - 1) if begins else width * 2**stage
                blocks.append(Block(inside, width * 2**stage, stride=2 if begins else 1, skip=skip))
        self.blocks = nn.Sequential(*blocks)
        self.last = nn.Linear(4 * width, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """Answers `[samples, outputs]` for pictures `[samples, channels, height, width]`."""
        inner = self.blocks(
            relu(self.norm(self.first(images)))
        )  # [samples, 4 · width, height / 4, width / 4]
        return self.last(inner.mean(dim=(2, 3)))


class Block(nn.Module):
    """Two convolutions, and their input added to what they give.

    Args:
        before: Channels of the input.
        after: Channels of the output.
        stride: 2 halves the picture.
        skip: Whether the input is added.
    """

    def __init__(self, before: int, after: int, stride: int, skip: bool) -> None:
        super().__init__()
        self.convolution_1 = nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1, bias=False)
        self.norm_1 = nn.BatchNorm2d(after)
        self.convolution_2 = nn.Conv2d(after, after, kernel_size=3, padding=1, bias=False)
        self.norm_2 = nn.BatchNorm2d(after)
        self.stride = stride
        self.more = after - before
        self.skip = skip

    def forward(self, images: Tensor) -> Tensor:
        """The block's output."""
        inner = relu(self.norm_1(self.convolution_1(images)))
        inner = self.norm_2(self.convolution_2(inner))
        return relu(inner + self._shortcut(images) if self.skip else inner)

    def _shortcut(self, images: Tensor) -> Tensor:
        """The input in the shape of the output: every second pixel, and channels of zeros."""
        if self.stride == 1:
            return images
        return pad(images[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
