"""Free ports of loopback."""

import random
import socket


def free_port() -> int:
    """Return a port on which nobody listens: none of those that the system gives to connections.

    One of them may be taken by a connection of another test before it is listened on.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
