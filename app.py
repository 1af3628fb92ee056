"""The WSGI application, as any server finds it."""

import gc

# What is loaded now stays: to look for garbage in it would take a tenth of the time.
gc.disable()

from wbtest import create_app  # noqa: E402

app = create_app()

gc.freeze()
gc.enable()
