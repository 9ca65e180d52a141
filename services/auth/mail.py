"""Mail over SMTP, where the operator has set a server."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Annotated, Literal

import msgspec

TIME_OUT = 10
"""seconds"""


class MailSettings(msgspec.Struct, kw_only=True):
    public_url: str = "http://localhost:8080"
    """where links in mails lead"""
    smtp_host: str = ""
    """empty: no mail goes out"""
    smtp_port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    """the sender; empty: SMTP_USER"""


def send(settings: MailSettings, to: str, subject: str, text: str) -> None:
    """Raises OSError or SMTPException where the server does not take it."""
    message = EmailMessage()
    message["From"], message["To"] = settings.smtp_from or settings.smtp_user, to
    message["Subject"] = subject
    message.set_content(text)
    where = (settings.smtp_host, settings.smtp_port)
    tls = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(*where, timeout=TIME_OUT, context=tls)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(*where, timeout=TIME_OUT)
    )
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def reset_text(link: str) -> str:
    return (
        "Somebody, most likely you, asked for a new password for datalab.\n\n"
        f"Set it here, within an hour:\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n"
    )
