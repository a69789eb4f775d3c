"""Pictures that move in a frame and bounce off its edges; the net says what the next frame will be."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_array, check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import read_answers


def moving_digits(
    images: NDArray[np.floating], steps: int, batch_size: int, rng: np.random.Generator, *, size: int = 16
) -> Batch:
    """Draw short films of one picture each, which moves a pixel a step and turns back at the frame's edges.

    Source: after the moving digits of Srivastava, Mansimov and Salakhutdinov (2015) and of Shi et al. (2015), with one
    small digit in place of two large ones.

    Args:
        images: pictures to choose from (K, height, width), from 0 to 1; ``lstmlib.data.digits`` gives some.
        steps: T, how many frames are seen; each film has one more.
        batch_size: N, how many sequences.
        rng: source of the pictures, of where they start, and of the direction, one of eight.
        size: the frame's height and width, larger than a picture.

    Returns:
        x (T, N, 1, size, size), the frames but the last; target, shaped alike, the frames but the first; mask, True
        everywhere.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small; pictures of another rank.
    """
    T, N = check_count("steps", steps, 1), check_count("batch_size", batch_size, 1)
    images, rng = check_array("images", images, ("K", "height", "width")), check_rng(rng)
    height, width = images.shape[1:]
    size = check_count("size", size, max(height, width) + 1)
    room = np.array([size - height, size - width])
    at = rng.integers(0, room + 1, (N, 2))
    directions = np.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b])
    speed = directions[rng.integers(len(directions), size=N)]
    shown = images[rng.integers(len(images), size=N)]
    film = np.zeros((T + 1, N, 1, size, size))
    for t in range(T + 1):
        for n, (row, column) in enumerate(at):
            film[t, n, 0, row : row + height, column : column + width] = shown[n]
        speed = np.where((at + speed < 0) | (at + speed > room), -speed, speed)
        at = at + speed
    return Batch(film[:-1], film[1:], np.ones((T, N), bool), np.full(N, T))


def moving_digits_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which films are foreseen: half the squared error, at most, of saying that nothing will move.

    Args:
        y: the frames said (T, N, 1, size, size).
        batch: what they answer.
    """
    y = read_answers(y, batch)
    pixels = (0, 2, 3, 4)
    still = ((batch.x - batch.target) ** 2).sum(pixels)
    return np.asarray(((y - batch.target) ** 2).sum(pixels) <= still / 2)
