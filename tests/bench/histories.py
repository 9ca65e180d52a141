"""Made-up visits to a shop, as frames: what the benches feed to recorder, projector and reports.

The shape is DESIGN section 6's: 20 events a session, 500,000 sessions and 300,000 visitors at 10 M events,
90 days, pages by Zipf's law, frames of up to 10 events in the order in which an edge would receive them. The
same seed gives the same visits.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from services.contracts.config import Button, Campaign, Funnel, Stage
from services.contracts.frames import Click, Custom, Frame, Hover, Left, Move, Packed, Page, Seen, Start

APP = "5f0000000000000000000001"
ORIGIN = "https://shop.example"
BEGIN = 1_750_000_000_000
DAY = 86_400_000
EVENTS_PER_SESSION = 20

FUNNEL = Funnel(
    stages=[
        Stage(name="product", trigger="url", match="prefix", value="/products/"),
        Stage(name="add", trigger="click", value="button.add"),
        Stage(name="basket", trigger="url", value="/basket"),
        Stage(name="thanks", trigger="url", value="/thanks"),
    ]
)
BUTTONS = [Button(name="add", selector="button.add"), Button(name="buy", selector="#buy")]
CAMPAIGNS = [
    Campaign(name=f"Campaign {n}", suffix=f"c{n}", cost=100.0 * n, currency="EUR") for n in range(1, 21)
]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Shape:
    events: int
    days: int = 90
    frame: int = 10
    products: int = 2_000
    time_ordered_ids: bool = False
    """session ids begin with the time instead of being all random"""
    seed: int = 1


def frames(shape: Shape) -> Iterator[Frame]:
    """All frames, by the time received."""
    rng = random.Random(shape.seed)
    sessions = shape.events // EVENTS_PER_SESSION
    visitors = [f"{rng.getrandbits(128):032x}" for _ in range(max(1, sessions * 6 // 10))]
    products = range(shape.products)
    weights = [1 / (rank + 1) for rank in products]
    chosen = iter(rng.choices(products, weights, k=sessions * 12))
    starts = sorted(rng.randrange(shape.days * DAY) for _ in range(sessions))
    waiting: list[tuple[int, int, Frame]] = []
    serial = 0
    for begin in starts:
        at = BEGIN + begin
        while waiting and waiting[0][0] <= at:
            yield heapq.heappop(waiting)[2]
        for frame in _visit(rng, at, rng.choice(visitors), shape, chosen):
            serial += 1
            heapq.heappush(waiting, (frame.received, serial, frame))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _visit(
    rng: random.Random, at: int, visitor: str, shape: Shape, products: Iterator[int]
) -> Iterator[Frame]:
    session = (
        f"{at:012x}{rng.getrandbits(80):020x}" if shape.time_ordered_ids else f"{rng.getrandbits(128):032x}"
    )
    start = Start(
        at,
        visitor,
        rng.random() < 0.3,
        rng.choice(["Chrome", "Safari", "Firefox", "Edge"]),
        rng.choice(["Windows", "macOS", "Android", "iOS"]),
        rng.choice(["desktop", "mobile"]),
        rng.choice(["1920x1080", "390x844", "1440x900"]),
        "de",
        "Europe/Berlin",
        "DE",
        *_traffic(rng),
        bot=rng.random() < 0.02,
    )
    yield Frame(APP, session, 0, at, msgspec.Raw(_encode([start])))
    n = rng.getrandbits(52)
    events = _events(rng, at, products)
    for first in range(0, len(events), shape.frame):
        part = events[first : first + shape.frame]
        n += 1
        yield Frame(APP, session, n, part[-1].at + 50, msgspec.Raw(_encode(part)))
    end = events[-1].at + rng.randrange(20_000)
    yield Frame(APP, session, -end, end, msgspec.Raw(_encode([Left(end, True)])))


def _traffic(rng: random.Random) -> tuple[str, str, str, dict[str, str]]:
    """Referrer, channel, landing page, and campaign parameters: every click id is another."""
    chance = rng.random()
    if chance < 0.4:
        return "", "Direct", ORIGIN + "/", {}
    if chance < 0.7:
        return "google.com", "Organic Search", ORIGIN + "/", {}
    if chance < 0.8:
        return "news.example/shop", "Referral", ORIGIN + "/", {}
    if chance < 0.85:
        return "google.com", "Paid Search", ORIGIN + "/", {"gclid": f"{rng.getrandbits(200):x}"}
    if chance < 0.9:
        return "", "Unassigned", ORIGIN + "/", {"campaign": rng.choice(CAMPAIGNS).suffix}
    medium, channel = rng.choice([("email", "Email"), ("cpc", "Paid Other"), ("affiliate", "Affiliates")])
    campaign = f"sale-{rng.randrange(30)}"
    utm = {"utm_source": "partner", "utm_medium": medium, "utm_campaign": campaign}
    return "", channel, ORIGIN + "/", utm


def _events(rng: random.Random, at: int, products: Iterator[int]) -> list[Packed]:
    wanted = max(1, int(rng.expovariate(1 / EVENTS_PER_SESSION))) + 0
    events: list[Packed] = [Page(at + 5, ORIGIN + "/", 0, "Shop")]
    now = at
    stage = 0
    add = "body>main>section.product:nth-of-type(1)>div.actions>button.add.btn.primary"
    while len(events) < wanted:
        now += 1 + int(rng.expovariate(1 / 3000))
        chance = rng.random()
        x, y = rng.randrange(1440), rng.randrange(3000)
        if chance < 0.45:
            events.append(Move(now, x, y, rng.randrange(2000)))
        elif chance < 0.65:
            target = (
                add
                if rng.random() < 0.15
                else f"body>main>ul.list>li.card:nth-of-type({rng.randrange(1, 60)})>a"
            )
            if stage >= 3 and rng.random() < 0.3:
                target = "body>main>form#checkout>button#buy.btn.primary"
            events.append(Click(now, x, y, target, "add to basket" if target == add else "", 1440, 3000, 300))
            stage = max(stage, 2) if target == add else stage
        elif chance < 0.85:
            url, stage = _next_page(rng, stage, products)
            events.append(Page(now, ORIGIN + url, rng.randrange(60_000), "Shop: " + url, rng.randrange(100)))
        elif chance < 0.92:
            events.append(Hover(now, add, rng.randrange(3000), rng.choice(["leave", "click"])))
        elif chance < 0.97:
            events.append(Seen(now, add))
        else:
            events.append(Custom(now, rng.choice(["search", "login", "wish"]), 12.5, "EUR"))
    return events


def _next_page(rng: random.Random, stage: int, products: Iterator[int]) -> tuple[str, int]:
    if stage == 2 and rng.random() < 0.4:
        return "/basket", 3
    if stage == 3 and rng.random() < 0.5:
        return "/checkout", 4
    if stage == 4 and rng.random() < 0.5:
        return "/thanks", 5
    if rng.random() < 0.7 and (product := next(products, None)) is not None:
        return f"/products/{product}", max(stage, 1)
    return rng.choice(["/", "/about", "/basket"]), stage
