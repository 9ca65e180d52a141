"""The service `apps`: the sites a company watches and who may do what with them."""

from services.apps import sites
from services.contracts.apps import App, AppCreated, AppList, CreateApp, ListApps, Permit
from services.hosting import Database, Healthy, Tell, rpc


class Apps(Healthy):
    name = "apps"

    database = Database("apps")
    tell = Tell()

    @rpc
    def create(self, request: CreateApp) -> App:
        app = sites.create(request)
        self.tell(AppCreated(app=app))
        return app

    @rpc
    def list(self, request: ListApps) -> AppList:
        return AppList(sites.seen_by(request.actor))

    @rpc
    def permit(self, request: Permit) -> App:
        return sites.permit(request)
