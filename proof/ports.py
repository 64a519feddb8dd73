"""A port for a server that is about to start."""

import random
import socket

_BELOW_THE_SYSTEMS = range(20_000, 32_000)
"""No connection of somebody else is given one of these meanwhile: systems take theirs from 32,768 up."""


def free() -> int:
    """One that nobody listens on."""
    while True:
        port = random.choice(_BELOW_THE_SYSTEMS)  # not a secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
