"""Referrer spam: sites that visit others only to be seen in their reports, a bait for their owners.

spam_hosts.txt has the hosts of the waves that reports were full of, 2014 to 2024; each stands for its subdomains too. A
list ages: what it does not know can be kept out of a report by a filter on the referrer.
"""

from pathlib import Path

HOSTS = frozenset(Path(__file__).with_name("spam_hosts.txt").read_text().split())


def is_spam(referrer: str) -> bool:
    """`referrer` is host and path."""
    parts = referrer.partition("/")[0].lower().split(".")
    return any(".".join(parts[place:]) in HOSTS for place in range(len(parts) - 1))
