"""`python -m wbtest` is the `wbtest` command."""

from wbtest.cli import main

if __name__ == "__main__":
    main(prog_name="wbtest")
