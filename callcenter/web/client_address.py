"""Where a request comes from. What a proxy says of it is believed from the proxies of TRUSTED_PROXIES alone."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request

from callcenter.config import settings

Address = IPv4Address | IPv6Address
ONE_SUBSCRIBER = 64  # bits of an IPv6 address: whoever has one address has all of its network


def address_of(request: Request) -> str:
    """Whose tries are counted together: an IPv4 address, or the network of an IPv6 one. Empty: unknown."""
    peer = _read(request.client.host) if request.client else None
    if peer is None:
        return ""
    hops = [peer, *_forwarded(request)]
    # From the last proxy back to the first hop that none of ours vouches for; a client may write what it likes before.
    whose = next((hop for hop in hops if not _is_trusted(hop)), hops[-1])
    if isinstance(whose, IPv6Address):
        return str(ip_network((whose, ONE_SUBSCRIBER), strict=False))
    return str(whose)


def _forwarded(request: Request) -> Iterator[Address]:
    """The hops that the proxies wrote down, nearest first, up to the first that is no address."""
    for written in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        hop = _read(written)
        if hop is None:
            return
        yield hop


def _read(written: str) -> Address | None:
    """`192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`; None for anything else."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings().trusted_proxies)
