"""What is kept of an app's events, and for how long."""

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.params import FromPath, JSONBody, PathParameter

from edge.given import GivenActor, GivenBus
from services.contracts import recorder

SECONDS = 50.0
"""how long an erasure may take"""

Visitor = Annotated[str, PathParameter(min_length=1, max_length=64)]


class Keeping(Controller):
    path = "/api/apps/{app:str}"
    tags = ("bulk",)

    @delete("/visitors/{visitor:str}", status_code=200, operation_id="eraseVisitor")
    async def erase(
        self, actor: GivenActor, app: FromPath[str], visitor: Visitor, bus: GivenBus
    ) -> recorder.Erased:
        """Erase a visitor: every session until now goes from the record, and from the reports a moment later."""
        return await bus.call(recorder.EraseVisitor(actor=actor, app=app, visitor=visitor), SECONDS)

    @get("/retention", operation_id="retentionDays")
    async def retention(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> recorder.Keeping:
        """For how many days sessions are kept."""
        return await bus.call(recorder.GetRetention(actor=actor, app=app))

    @put("/retention", operation_id="putRetentionDays")
    async def put_retention(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[recorder.Keeping], bus: GivenBus
    ) -> recorder.Keeping:
        """Delete, from now on every day, the sessions that began longer ago; null keeps everything."""
        return await bus.call(recorder.SetRetention(actor=actor, app=app, days=data.days))
