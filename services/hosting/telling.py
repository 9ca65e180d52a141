"""Events that are told for certain: written with the change they speak of, in the one write of its document,
and taken out when the broker has confirmed them.

    class Site(Telling): …                      # a document with `untold` events
    site.to_tell(AppChanged(…)); site.save(…)   # the change and the event, or neither
    self.tell(site)                             # now; `tell = TellFrom(Site)`

What a process that died in between left untold is told by the next that looks, every few seconds. An event
may be told twice, and again after a later one of the same document: what must not go backwards carries a
version.
"""

import logging
import secrets
from typing import ClassVar

import eventlet
import msgspec
from mongoengine import BinaryField, EmbeddedDocument, EmbeddedDocumentListField, IntField, StringField
from nameko.extensions import DependencyProvider
from nameko.standalone.events import get_event_exchange
from pymongo.errors import PyMongoError

from services.contracts.errors import BrokerDown
from services.contracts.messages import Event
from services.hosting.clock import now
from services.hosting.database import Record
from services.hosting.publishing import Publishing

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""seconds"""
LEFT_AFTER = 2_000
"""ms after which what is still untold was left by somebody who died"""

_encode = msgspec.json.Encoder().encode


class Untold(EmbeddedDocument):
    id = StringField(required=True)
    source = StringField(required=True)
    type = StringField(required=True)
    body = BinaryField(required=True)
    at = IntField(required=True)


class Telling(Record):
    meta: ClassVar = {"abstract": True, "indexes": [{"fields": ["untold.at"], "sparse": True}]}

    untold = EmbeddedDocumentListField(Untold)

    def to_tell(self, event: Event) -> None:
        """Have the event told once this document is saved."""
        self.untold.append(
            Untold(
                id=secrets.token_hex(8),
                source=event.source(),
                type=event.type(),
                body=_encode(event),
                at=now(),
            )
        )

    def all_told(self) -> None:
        """Nothing is left to tell. For a document that is kept only until then."""


class TellFrom(DependencyProvider):
    """Tells what these kinds of documents hold."""

    def __init__(self, *kinds: type[Telling]) -> None:
        self.kinds = kinds

    def setup(self) -> None:
        self.publishing = Publishing(self.container.config["AMQP_URI"])
        self.exchange = get_event_exchange(self.container.service_name, self.container.config)
        self.going_on = True

    def start(self) -> None:
        self.container.spawn_managed_thread(self._look, identifier="telling")

    def stop(self) -> None:
        self.going_on = False

    def get_dependency(self, worker_ctx: object) -> "TellFrom":
        return self

    def __call__(self, document: Telling) -> None:
        """Tell what the document holds. Where the broker is away it is told later: the change stands."""
        try:
            self._tell(document)
        except BrokerDown as error:
            log.warning("told later: %s", error)

    def _tell(self, document: Telling) -> None:
        for event in document.untold:
            self._publish(event)
            type(document).objects(pk=document.pk).update_one(pull__untold__id=event.id)
        document.all_told()

    def _publish(self, event: Untold) -> None:
        if event.source != self.container.service_name:
            raise ValueError(f"{self.container.service_name} told {event.source}/{event.type}")
        self.publishing.publish(bytes(event.body), self.exchange, event.type, declare=[self.exchange])

    def _look(self) -> None:
        while self.going_on:
            try:
                for kind in self.kinds:
                    for left in kind.objects(untold__at__lt=now() - LEFT_AFTER).limit(1000):
                        self._tell(left)
            except (BrokerDown, PyMongoError) as error:
                log.warning("events are told later: %s", error)
            eventlet.sleep(LOOK_EVERY)
