"""Links that let people into an organisation without approval. The token stands behind the `#` of the address, which
browsers keep from servers and from the next page.
"""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.params import FromPath, JSONBody

from edge.dashboard.access import PERSON
from edge.given import GivenActor, GivenBus, GivenDoors, GivenSettings
from services.contracts import join_links
from services.contracts.users import Email


class JoinLinkCreate(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    uses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    email: Email | None = None
    """the only one that may join by it; null: whoever has it"""


class MadeJoinLink(msgspec.Struct):
    link: join_links.JoinLink
    address: str
    """to be given to who is to join; shown now and never again"""


class JoinToken(msgspec.Struct, forbid_unknown_fields=True):
    token: join_links.LinkToken


class Links(Controller):
    path = "/api/organisation/join-links"
    opt = PERSON
    tags = ("organisation",)

    @get("/", operation_id="joinLinks")
    async def all(self, actor: GivenActor, bus: GivenBus) -> join_links.JoinLinks:
        return await bus.call(join_links.ListJoinLinks(actor=actor))

    @post("/", operation_id="makeJoinLink")
    async def make(
        self, actor: GivenActor, data: JSONBody[JoinLinkCreate], bus: GivenBus, settings: GivenSettings
    ) -> MadeJoinLink:
        """Who registers by it is in at once."""
        made = await bus.call(join_links.MakeJoinLink(actor=actor, **msgspec.structs.asdict(data)))
        return MadeJoinLink(made.link, f"{settings.public_url.rstrip('/')}/register#{made.token}")

    @delete("/{link:str}", status_code=204, operation_id="revokeJoinLink")
    async def revoke(self, actor: GivenActor, link: FromPath[str], bus: GivenBus) -> None:
        await bus.call(join_links.RevokeJoinLink(actor=actor, link=link))


@post("/api/join-link", status_code=200, operation_id="readJoinLink", tags=["accounts"])
async def read_join_link(
    request: Request[Any, Any, Any],  # Any: Litestar's user, auth and state
    data: JSONBody[JoinToken],
    bus: GivenBus,
    doors: GivenDoors,
) -> join_links.JoinOffer:
    """Where a link leads, for who holds it."""
    doors.knock("register", request)
    return await bus.call(join_links.ReadJoinLink(token=data.token))
