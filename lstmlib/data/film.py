"""Ten shots of an animated film, small and grey: "Big Buck Bunny" by the Blender Foundation, CC BY 3.0."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived


def film() -> NDArray[np.float64]:
    """Return the shots (10, 28, 36, 64) in the film's order: frames a 24th of a second apart, from 0, black, to 1.

    They are from the first two minutes: the first ten shots of fifty frames or more in which enough moves, which here
    means that the median of the squared difference of two frames, the mean over all places, is at least 5 of 255^2.
    Each begins ten frames after its cut. A place is the mean of 20 x 20 pixels' luma.

    Source: "Big Buck Bunny", (c) 2008 Blender Foundation, www.bigbuckbunny.org, as carried by moviepy;
    ``lstmlib/data/files/sources.json`` says which version.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    shape = (len(derived.SHOTS), derived.FRAMES, derived.HEIGHT, derived.WIDTH)
    steps = np.frombuffer(derived.read_bytes("bigbuckbunny.bin.bz2"), np.uint8).reshape(shape)
    luma = steps.cumsum(1, dtype=np.uint8)  # differences, modulo 256
    return np.clip((luma.astype(float) - 16.0) / 219.0, 0.0, 1.0)
