"""The WSGI application, as any server finds it."""

import gc

from wbtest import create_app
from wbtest.garbage import unsearched

with unsearched():
    app = create_app()
    # What is there now stays, and nobody need ever look at it.
    gc.freeze()
