"""A user's own notifications."""

from litestar import Controller, delete, get, post
from litestar.params import FromPath

from edge.given import GivenActor, GivenBus
from services.contracts import notifications


class Notifications(Controller):
    path = "/api/notifications"
    tags = ("notifications",)

    @get("/", operation_id="notifications")
    async def all(self, actor: GivenActor, bus: GivenBus) -> notifications.NotificationList:
        return await bus.call(notifications.ListNotifications(actor=actor))

    @post("/{notification:str}/hide", status_code=204, operation_id="hideNotification")
    async def hide(self, actor: GivenActor, notification: FromPath[str], bus: GivenBus) -> None:
        await bus.call(notifications.HideNotification(actor=actor, notification=notification))

    @delete("/{notification:str}", status_code=204, operation_id="deleteNotification")
    async def delete(self, actor: GivenActor, notification: FromPath[str], bus: GivenBus) -> None:
        await bus.call(notifications.DeleteNotification(actor=actor, notification=notification))
