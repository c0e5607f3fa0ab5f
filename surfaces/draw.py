"""Draw the pictures of this folder: `python surfaces/draw.py [folder]`.

Brightness is loss, dark is low. Each function returns one picture as losses in 0…1, `[height,
width]`; columns are x to the right, rows are y downwards. Nothing is random but for the seeded
speckle, so drawing again gives the same pixels.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

CENTRE = (512, 512)
"""The middle of the square pictures, as pixel (column, row): a minimum there is one pixel."""
OUTER_END = (915, 500)
"""Where the groove of the spiral begins, as pixel (column, row)."""
TURNS = 2.5
GROOVE = 0.24
"""Half the width of the groove, as a fraction of the distance between two arms."""


def spiral() -> np.ndarray:
    """A dark groove on white that winds from the rim to the centre, darker and steeper all the way."""
    x, y = (axis - middle for axis, middle in zip(pixels(), CENTRE, strict=True))
    radius, angle = np.hypot(x, y), np.arctan2(y, x) / (2 * np.pi)  # angles in turns
    outer_radius = np.hypot(OUTER_END[0] - CENTRE[0], OUTER_END[1] - CENTRE[1])
    first_angle = np.arctan2(OUTER_END[1] - CENTRE[1], OUTER_END[0] - CENTRE[0]) / (2 * np.pi)
    spacing = outer_radius / TURNS

    loss = np.ones_like(radius)
    for arm in range(-1, int(TURNS) + 1):
        turns = (
            angle - first_angle
        ) % 1 + arm  # since the outer end; before it (arm -1) and past the centre the groove fades away
        arm_radius = outer_radius - spacing * turns
        arc = (
            1 - np.clip(arm_radius / outer_radius, 0, 1) ** 2
        )  # fraction of the groove's length that lies behind
        depth = 0.2 + 0.6 * np.expm1(1.5 * arc) / np.expm1(1.5)
        fade = bell(2 * np.pi * outer_radius * np.minimum(turns, 0) / 60) * bell(
            spacing * np.maximum(turns - TURNS, 0) / 20
        )
        # The third power makes the floor of the groove wider than a bell's, and its walls clear of the
        # next arm: an optimizer with steps of 15 pixels (Lion) can stay on that floor; on a bell's it
        # is caught between the walls.
        loss *= 1 - depth * fade * bell((np.abs(radius - arm_radius) / (GROOVE * spacing)) ** 1.5)
    loss += (0.2 - loss) * bell(
        radius / 36
    )  # level with the groove's end, so that the pool is deepest in its middle
    return loss * (1 - bell(radius / 52))


def noisy_spiral() -> np.ndarray:
    """The spiral under snow, deep between the arms, faint on the floor.

    Its grains are wide enough to outlive the smoothing of 2 pixels.

    At the outer end their pits are as steep as the floor itself: plain SGD is caught there,
    momentum often, Adam gets through.
    """
    loss = spiral()
    return np.clip(loss - 0.06 * loss**20 * grains(width=4, seed=0), 0, 1)


def circle() -> np.ndarray:
    """A bowl: dark centre."""
    x, y = (axis - middle for axis, middle in zip(pixels(), CENTRE, strict=True))
    return 1 - bell(np.hypot(x, y) / 240)


def circle_outwards() -> np.ndarray:
    """The bowl upside down: a bright summit, from which everything falls to the dark rim."""
    return 1 - circle()


def turn() -> np.ndarray:
    """A canyon with a sharp bend, falling all along it: what is too fast for the bend runs up the wall."""
    x, y = pixels()
    entrance, bend, end = (
        (140, 180),
        (800, 330),
        (675, 880),
    )  # a right angle; in a sharper one the inner wall would dam the floor
    return np.minimum(canyon(x, y, entrance, bend, 0.25, 0.6), canyon(x, y, bend, end, 0.6, 0.97))


def coast() -> np.ndarray:
    """A sea chart at dusk: a shore, a shelf that is nearly level, a ridge, four basins of different depth."""
    x, y = pixels(1280, 720)
    x, y = (x - 640) / 360, (y - 360) / 360  # y in -1…1, x in -1.8…1.8
    x, y = (
        x + 0.12 * np.sin(3.1 * y + 0.5),
        y + 0.09 * np.sin(2.7 * x + 1.0),
    )  # so that no shape below stays a plain ellipse
    shore = y + 0.62 - 0.16 * np.sin(2.2 * x + 0.4) - 0.05 * np.sin(6.1 * x)
    ridge = x - 0.62 - 0.25 * np.sin(2.5 * y)
    loss = 0.66 - 0.03 * y
    for column, row, depth, width, height in (
        (1.15, 0.3, 0.6, 0.36, 0.28),
        (0.1, 0.45, 0.46, 0.32, 0.22),
        (-0.5, -0.05, 0.34, 0.28, 0.16),
        (-1.45, -0.02, 0.24, 0.18, 0.24),
    ):
        loss -= depth * bell(np.hypot((x - column) / width, (y - row) / height))
    loss += (0.85 - loss) * bell(ridge / 0.1) * bell((y - 0.2) / 0.5)
    shelf = (1 - np.tanh((np.hypot((x + 1.15) / 0.55, (y - 0.62) / 0.26) - 1) / 0.3)) / 2
    loss += (0.5 - 0.02 * x - loss) * shelf
    return loss + (0.97 + 0.02 * y - loss) * (1 - np.tanh(shore / 0.12)) / 2


def evening() -> np.ndarray:
    """Hills around a lake at sunset, in colour, `[256, 384, 3]`: for shapes to approximate."""
    x, y = pixels(384, 256)
    x, y = x / 384, y / 256
    up = np.clip(y / 0.62, 0, 1)[..., None]
    picture = (1 - up) * colour(0.16, 0.18, 0.42) + up * colour(0.98, 0.62, 0.36)
    far = np.hypot((x - 0.63) * 1.5, y - 0.46)
    picture += np.exp(-((far / 0.22) ** 2))[..., None] * colour(0.5, 0.3, 0.05)
    picture = over(picture, colour(1.0, 0.93, 0.66), np.clip((0.085 - far) * 256, 0, 1))
    hills = ((0.47, 0.06, 5, colour(0.55, 0.36, 0.52)), (0.54, 0.05, 8, colour(0.33, 0.25, 0.45)))
    for number, (height, swing, waves, tone) in enumerate(hills):
        ridge = height - swing * (np.sin(waves * x + 2 * number) + 0.5 * np.sin(2.7 * waves * x + 1))
        picture = over(picture, tone, np.clip((y - ridge) * 256, 0, 1))
    shore = 0.64
    lake = picture[np.clip((2 * shore - y) * 256, 0, 255).astype(int), np.arange(384)]
    ripples = 0.04 * np.sin(260 * np.clip(y - shore, 0, 1) ** 0.7)[..., None]
    lake = 0.75 * lake + 0.25 * colour(0.1, 0.2, 0.45) + ripples
    picture = np.where((y > shore)[..., None], lake, picture)
    for left, size in ((0.1, 0.34), (0.2, 0.24), (0.9, 0.3)):  # firs before it
        tall = np.clip((y - (0.95 - size)) / size, 0, 1)
        width = 0.07 * size / 0.3 * (tall - 0.25 * np.abs(np.sin(12 * tall)) * tall)
        inside = np.clip((width - np.abs(x - left)) * 384, 0, 1) * (y < 0.95)
        picture = over(picture, colour(0.07, 0.16, 0.16), inside)
    bank = 0.93 + 0.02 * np.sin(9 * x)
    return np.clip(over(picture, colour(0.09, 0.12, 0.12), np.clip((y - bank) * 256, 0, 1)), 0, 1)


def colour(red: float, green: float, blue: float) -> np.ndarray:
    """A colour that broadcasts with pictures."""
    return np.array([red, green, blue])


def over(picture: np.ndarray, tone: np.ndarray, share: np.ndarray) -> np.ndarray:
    """A picture with a colour over some of it."""
    return picture + share[..., None] * (tone - picture)


def pixels(width: int = 1024, height: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """The column and the row of each pixel."""
    row, column = np.mgrid[:height, :width].astype(np.float64)
    return column, row


def bell(distance: np.ndarray) -> np.ndarray:
    """1 at distance 0, falling to 0: a Gaussian of width 1."""
    return np.exp(-0.5 * distance**2)


def canyon(
    x: np.ndarray, y: np.ndarray, start: tuple, end: tuple, start_depth: float, end_depth: float
) -> np.ndarray:
    """A straight groove on white from one pixel to another, its depth growing evenly."""
    along = np.subtract(end, start)
    part = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along), 0, 1)
    distance = np.hypot(x - start[0] - part * along[0], y - start[1] - part * along[1])
    return 1 - (start_depth + (end_depth - start_depth) * part) * bell(distance / 50)


def grains(width: float, seed: int) -> np.ndarray:
    """Smooth noise of mean 0 and standard deviation 1, its grains `width` pixels wide."""
    noise = np.random.RandomState(seed).standard_normal(
        (1024, 1024)
    )  # RandomState, because NumPy froze its stream for good
    frequency = np.hypot(np.fft.fftfreq(1024)[:, None], np.fft.rfftfreq(1024)[None])
    blurred = np.fft.irfft2(np.fft.rfft2(noise) * bell(2 * np.pi * width * frequency))
    return blurred / blurred.std()


BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
"""B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures" (1973)."""


def eight_bits(loss: np.ndarray) -> np.ndarray:
    """Losses in 0…1 as bytes, with ordered dithering.

    The floor of the spiral falls by 0.8 over 3,200 pixels. Rounded to 256 greys, it would be level
    steps of 15 pixels and more, with no gradient on them and all of it at their edges. So a pixel
    between two greys takes one or the other according to a 4 × 4 pattern: on average over 16 pixels
    (the smoothing of a landscape covers more) that gives 16 times as many levels, and a slope
    again.
    """
    height, width = loss.shape
    threshold = np.tile((BAYER + 0.5) / 16, (-(-height // 4), -(-width // 4)))[:height, :width]
    return np.floor(255 * loss + threshold).astype(np.uint8)


PICTURES = (spiral, noisy_spiral, circle, circle_outwards, turn, coast)
COLOURED = (evening,)
"""Pictures to approximate, `[height, width, 3]`, not to descend."""


def main(folder: Path) -> None:
    """Write every picture into a folder."""
    for picture in COLOURED:
        pixels = (255 * picture()).round().astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{picture.__name__}.png", optimize=True)
    for picture in PICTURES:
        Image.fromarray(eight_bits(picture())).save(folder / f"{picture.__name__}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
