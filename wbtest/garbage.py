"""Nobody looks for garbage while modules are loaded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Keep the garbage collector from running in this block, or in a function decorated with it.

    What is loaded there stays: to look at it again and again takes a tenth of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # Some servers live on where no app can be made, and try again.
        gc.enable()
