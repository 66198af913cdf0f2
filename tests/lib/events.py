"""Entries like those of a real stream: a JSON object of about 100 bytes each, the same for a seed.

An event of a shop: who, when, what, at which price. Keys and words repeat, numbers and tokens do not,
so that a compressor finds in it what it would find in practice.
"""

from __future__ import annotations

import random
from typing import Iterator

KINDS = ["page_view", "click", "search", "purchase", "login", "logout", "signup", "refund"]
SHARES = [40, 25, 10, 8, 6, 5, 5, 1]


def events(seed: int = 1) -> Iterator[str]:
    chance = random.Random(seed)
    at = 1_728_481_723_123
    while True:
        at += int(chance.expovariate(1 / 120))
        kind = chance.choices(KINDS, SHARES)[0]
        yield (
            f'{{"user":{chance.randrange(1_000_000)},"ts":{at},"type":"{kind}",'
            f'"sku":"A-{chance.randrange(5000):04}","price":{chance.random() * 500:.2f},'
            f'"session":"{chance.getrandbits(32):08x}"}}'
        )
