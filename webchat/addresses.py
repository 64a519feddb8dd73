"""Addresses: read without surprises, and told apart into this machine's own and others."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def parsed(url: str) -> SplitResult:
    """A URL's parts; all empty when it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a wrong port shows only when it is asked for
    except ValueError:
        return urlsplit("")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
