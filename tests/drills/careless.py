"""`python -m tests.drills.careless serve …`: wbtest as it would be if it did not wait for the disk.

So that the drill of the power loss proves something: it must fail here.
"""

from wbtest import store
from wbtest.cli import main

if __name__ == "__main__":
    store.PRAGMAS["synchronous"] = 0
    main()
