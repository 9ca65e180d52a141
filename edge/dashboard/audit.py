"""The audit log of an organisation, for its admin: a page as JSON, or as CSV where `format=csv` asks for it."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter

from edge.dashboard.access import PERSON
from edge.dashboard.reports.formats import JsonOrCsv, Table, moment, table
from edge.given import GivenActor, GivenBus
from services.contracts import audit

Person = Annotated[
    str | None, QueryParameter(max_length=60, description="the id of who did it, or whom it was done to")
]
App = Annotated[str | None, QueryParameter(max_length=60, description="the id of an app")]
Before = Annotated[str | None, QueryParameter(max_length=80, description="what the page before said")]
Limit = Annotated[int, QueryParameter(ge=1, le=5000, description="entries of a page")]


class Audit(Controller):
    path = "/api/organisation/audit"
    opt = PERSON
    tags = ("organisation",)

    @get("/", operation_id="audit", response_class=JsonOrCsv)
    async def page(
        self,
        actor: GivenActor,
        bus: GivenBus,
        person: Person = None,
        app: App = None,
        did: FromQuery[audit.Did | None] = None,
        before: Before = None,
        limit: Limit = 50,
        format: FromQuery[Literal["json", "csv"] | None] = None,  # noqa: ARG002  read by the response
    ) -> audit.AuditPage:
        """Who did what, the newest first."""
        return await bus.call(
            audit.ReadAudit(actor=actor, person=person, app=app, did=did, before=before, limit=limit)
        )

    @get("/names", operation_id="auditNames")
    async def names(self, actor: GivenActor, bus: GivenBus) -> audit.AuditNames:
        """Everybody and every app the log names, to filter by."""
        return await bus.call(audit.ListAuditNames(actor=actor))


@table.register
def _(page: audit.AuditPage) -> Table:
    """An entry a row."""
    return Table(
        audit.AuditEntry.__struct_fields__,
        [
            msgspec.structs.astuple(
                msgspec.structs.replace(
                    entry, at=moment(entry.at), facts=msgspec.json.encode(entry.facts).decode()
                )
            )
            for entry in page.entries
        ],
    )
