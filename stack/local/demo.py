"""The demo: an organisation with one user, who owns a shop's app with a funnel, two buttons and a campaign.

Made once, through the REST interface like anybody else's; what is there already is left as it is.
"""

import hashlib
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from stack.local.builds import fingerprint
from stack.local.errors import CommandFailed
from stack.local.node import environment, find_node
from stack.local.programs import ROOT
from stack.local.stack import Stack
from stack.local.tools import call

EMAIL = "demo@shop.example"
WELL_KNOWN_PASSWORD = "datalab-demo"  # where nobody else reaches the edge
APP = "Demo shop"
FUNNEL = {
    "stages": [
        {"name": name, "trigger": "url", "match": match, "value": value}
        for name, match, value in (
            ("Products", "prefix", "/products"),
            ("Product", "prefix", "/product/"),
            ("Basket", "exact", "/basket"),
            ("Checkout", "prefix", "/checkout"),
            ("Thanks", "exact", "/thanks"),
        )
    ]
}
BUTTONS = {
    "buttons": [{"name": "Add to basket", "selector": "#add-to-basket"}, {"name": "Buy", "selector": "#buy"}]
}
CAMPAIGNS = {"campaigns": [{"name": "Spring sale", "suffix": "spring"}]}


class Demo:
    def __init__(self, stack: Stack, only_here: bool) -> None:
        self.stack = stack
        self.folder = stack.run / "demo"
        self.password = WELL_KNOWN_PASSWORD if only_here else stack.credentials.password("demo_password")
        self._bearer = ""

    def create(self) -> None:
        self._log_in()
        app = self._app()
        for part, wanted in (("funnel", FUNNEL), ("buttons", BUTTONS), ("campaigns", CAMPAIGNS)):
            if not any(self._call("GET", f"/api/apps/{app}/config/{part}").get(key) for key in wanted):
                self._call("PUT", f"/api/apps/{app}/config/{part}", wanted)
        self._build_shop(self._token(app))

    def _log_in(self) -> None:
        login = {"email": EMAIL, "password": self.password}
        try:
            answer = self._call("POST", "/api/auth/login", login)
        except _Refused as refused:
            if refused.status != 401:
                raise
            self._call("POST", "/api/users", {**login, "name": "Demo", "organisation": "shop.example"})
            answer = self._call("POST", "/api/auth/login", login)
        self._bearer = answer["access_token"]

    def _app(self) -> str:
        there = self._call("GET", "/api/apps")
        for app in there["apps"] if isinstance(there, dict) else there:
            if app["name"] == APP:
                return str(app["id"])
        made = self._call(
            "POST",
            "/api/apps",
            {
                "name": APP,
                "url": self.stack.shop_url,
                "origins": [self.stack.shop_url],
                "description": "The shop that comes with datalab",
                "tags": [],
                "visibility": "private",
            },
        )
        return str(made["id"])

    def _token(self, app: str) -> str:
        """The app's token, asked for once: issuing another would end the one the shop carries."""
        kept = self.folder / "token.json"
        if kept.exists() and (known := json.loads(kept.read_text()))["app"] == app:
            return str(known["token"])
        token = str(self._call("POST", f"/api/apps/{app}/token", {})["token"])
        self.folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"app": app, "token": token}))
        return token

    def _build_shop(self, token: str) -> None:
        shop, source = self.folder / "shop", ROOT / "tracker" / "demo"
        node = find_node() or "node"
        command: list[str | Path] = [
            node,
            source / "build.mjs",
            "--edge",
            self.stack.edge_url,
            "--token",
            token,
            "--out",
            shop,
        ]
        stamp = self.folder / "shop.stamp"
        wanted = hashlib.sha256(f"{command} {fingerprint(source)}".encode()).hexdigest()
        if not shop.exists() or not stamp.exists() or stamp.read_text() != wanted:
            call(command, "The demo shop could not be built", cwd=ROOT, environment=environment(node))
            stamp.write_text(wanted)

    def _call(self, method: str, path: str, body: object = None) -> Any:  # what the edge answers, read by key
        request = urllib.request.Request(
            self.stack.edge_address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", "accept": "application/json"},
        )
        if self._bearer:
            request.add_header("authorization", f"Bearer {self._bearer}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            raise _Refused(method, path, error.code, error.read().decode(errors="replace")) from error
        except OSError as error:
            raise CommandFailed(
                f"The demo could not be made: {method} {path} got no answer ({error})."
            ) from error


class _Refused(CommandFailed):
    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        self.status = status
        super().__init__(f"The demo could not be made: {method} {path} was answered {status}: {body[:500]}")
