"""The WSGI application, as any server finds it."""

import gc

# What is loaded now stays: to look for garbage in it would take a tenth of the time.
gc.disable()
try:
    from wbtest import create_app

    app = create_app()
    gc.freeze()
finally:
    # Some servers live on where no app can be made, and try again.
    gc.enable()
