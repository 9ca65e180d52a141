"""What a handler may ask for by name: the things that exist once in the process, and who is asking."""

from litestar.di import NamedDependency

from edge.bus import Bus
from edge.dashboard.doors import Doors
from edge.settings import EdgeSettings
from services.contracts.messages import Actor

GivenBus = NamedDependency[Bus]
GivenSettings = NamedDependency[EdgeSettings]
GivenDoors = NamedDependency[Doors]
GivenActor = NamedDependency[Actor]
