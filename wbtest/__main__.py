"""`python -m wbtest` is the `wbtest` command."""

import gc

# Nearly all that is loaded now stays: to look for garbage in it would take a tenth of the time.
gc.disable()

from wbtest.cli import main  # noqa: E402

gc.enable()

if __name__ == "__main__":
    main(prog_name="wbtest")
