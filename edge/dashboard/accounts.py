"""Accounts: register, log in and out, one's own profile, colleagues."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, patch, post
from litestar.datastructures import Cookie
from litestar.params import CookieParameter, JSONBody

from edge.collect.user_agents import agent
from edge.given import GivenActor, GivenBus, GivenDoors, GivenSettings
from edge.settings import EdgeSettings
from services.contracts import auth, users
from services.contracts.errors import RefreshTokenInvalid

REFRESH_COOKIE = "datalab_refresh"

RefreshToken = Annotated[str | None, CookieParameter(name=REFRESH_COOKIE)]


class Registration(msgspec.Struct, forbid_unknown_fields=True):
    email: users.Email
    password: users.Password
    name: users.PersonName
    organisation: users.Domain
    link: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """the token of a link into the organisation: who has a good one is in at once"""


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """of the authenticator app, or a recovery code, once the answer was `second-factor-required`"""


class ForgottenPassword(msgspec.Struct, forbid_unknown_fields=True):
    email: Annotated[str, msgspec.Meta(max_length=254)]


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(max_length=200)]
    """what stands behind the `#` of the link"""
    new: users.Password


class Profile(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    name: users.PersonName | msgspec.UnsetType = msgspec.UNSET
    position: Annotated[str, msgspec.Meta(max_length=100)] | msgspec.UnsetType = msgspec.UNSET


class Login(msgspec.Struct):
    access_token: str
    expires_in: int
    """seconds"""
    user: users.User


class Accounts(Controller):
    path = "/api"
    tags = ("accounts",)

    @post("/users", operation_id="register")
    async def register(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Registration],
        bus: GivenBus,
        doors: GivenDoors,
    ) -> users.User:
        """Found an organisation, ask to join the one of that domain, or join it by a link."""
        doors.knock("register", request)
        return await bus.call(users.RegisterUser(**msgspec.structs.asdict(data)))

    @get("/users/me", operation_id="me")
    async def me(self, actor: GivenActor, bus: GivenBus) -> users.User:
        return await bus.call(users.GetUser(user=actor.user))

    @patch("/users/me", operation_id="updateMe")
    async def update_me(self, actor: GivenActor, data: JSONBody[Profile], bus: GivenBus) -> users.User:
        return await bus.call(users.UpdateMe(actor=actor, name=data.name, position=data.position))

    @get("/users/colleagues", operation_id="colleagues")
    async def colleagues(self, actor: GivenActor, bus: GivenBus) -> users.Colleagues:
        return await bus.call(users.ListColleagues(actor=actor))

    @post("/auth/login", status_code=200, operation_id="login")
    async def login(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Credentials],
        bus: GivenBus,
        settings: GivenSettings,
        doors: GivenDoors,
    ) -> Response[Login]:
        """The refresh token comes as an HttpOnly cookie."""
        doors.knock("login", request)
        facts = agent(request.headers.get("user-agent", ""))
        device = " on ".join(part for part in (facts.browser, facts.os) if part)
        request_of_auth = auth.LogIn(**msgspec.structs.asdict(data), device=device[:200])
        return _logged_in(await bus.call(request_of_auth), settings)

    @post("/auth/refresh", status_code=200, operation_id="refresh")
    async def refresh(
        self,
        request: Request[Any, Any, Any],
        bus: GivenBus,
        settings: GivenSettings,
        doors: GivenDoors,
        token: RefreshToken = None,
    ) -> Response[Login]:
        """Trade the refresh cookie for a new access token and a new cookie."""
        doors.knock("refresh", request)
        if token is None:
            raise RefreshTokenInvalid("log in")
        return _logged_in(await bus.call(auth.Refresh(refresh_token=token)), settings)

    @post("/auth/forgotten-password", status_code=202, operation_id="forgotPassword")
    async def forgot_password(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[ForgottenPassword],
        bus: GivenBus,
        doors: GivenDoors,
    ) -> None:
        """A link that sets a new one is mailed, if anybody has that e-mail; the answer does not say so."""
        doors.knock("reset", request)
        await bus.call(auth.AskReset(email=data.email))

    @post("/auth/new-password", status_code=204, operation_id="resetPassword")
    async def reset_password(
        self, request: Request[Any, Any, Any], data: JSONBody[NewPassword], bus: GivenBus, doors: GivenDoors
    ) -> None:
        """Set a new password by the token of a link. It ends all log-in sessions."""
        doors.knock("reset", request)
        await bus.call(auth.ResetPassword(token=data.token, new=data.new))

    @post("/auth/logout", status_code=204, operation_id="logout")
    async def logout(
        self,
        request: Request[Any, Any, Any],
        bus: GivenBus,
        settings: GivenSettings,
        doors: GivenDoors,
        token: RefreshToken = None,
    ) -> Response[None]:
        doors.check_page(request)
        if token is not None:
            await bus.call(auth.LogOut(refresh_token=token))
        return Response(None, cookies=[_cookie("", 0, settings)])


def _logged_in(login: auth.LoggedIn, settings: EdgeSettings) -> Response[Login]:
    return Response(
        Login(login.access_token, login.expires_in, login.user),
        cookies=[_cookie(login.refresh_token, login.refresh_expires_in, settings)],
    )


def _cookie(value: str, seconds: int, settings: EdgeSettings) -> Cookie:
    return Cookie(
        key=REFRESH_COOKIE,
        value=value,
        max_age=seconds,
        path="/api/auth",
        httponly=True,
        secure=settings.secure,
        samesite="strict",
    )
