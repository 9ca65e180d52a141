"""The company's own visits, by the addresses and visitors that it named: told here, since addresses go no further."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

from services.contracts.config import Own

Network = IPv4Network | IPv6Network


class OwnVisits(msgspec.Struct, frozen=True):
    networks: Sequence[Network] = ()
    visitors: frozenset[str] = frozenset()

    @classmethod
    def of(cls, own: Own) -> "OwnVisits":
        return cls(tuple(map(ip_network, own.addresses)), frozenset(own.visitors))

    def has(self, address: str, visitor: str) -> bool:
        return visitor in self.visitors or (bool(self.networks) and self._within(address))

    def _within(self, address: str) -> bool:
        try:
            asked = ip_address(address)
        except ValueError:
            return False
        if isinstance(asked, IPv6Address) and asked.ipv4_mapped:
            asked = asked.ipv4_mapped
        return any(asked in network for network in self.networks)
