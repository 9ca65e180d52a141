"""The Swarm's own registry, as a stack of its own: what nodes pull from and the operator pushes to.

Who may push decides what runs, so both sides show certificates of an authority made here. Docker finds its own in
/etc/docker/certs.d/REGISTRY/ (ca.crt, client.cert, client.key): copy that folder to the other nodes and to the machine
that builds. The name must lead to the machine's own address, not to the loopback, where Docker shows no certificates.
"""

import ipaddress
import socket
import subprocess
from pathlib import Path

from stack.local.errors import CommandFailed, Trouble
from stack.swarm import images
from stack.swarm.docker import Docker
from stack.swarm.settings import ROOT, Settings

DAYS = "3650"
FILE = ROOT / "stack" / "registry.yml"
SECRETS = {"ca": "ca.crt", "certificate": "server.crt", "key": "server.key"}
CLIENTS = ("ca.crt", "client.cert", "client.key")
"""what Docker looks for to pull and to push"""


def certificates(settings: Settings) -> Path:
    return Path("/etc/docker/certs.d") / settings.registry


def start(settings: Settings, docker: Docker) -> None:
    host, _, port = settings.registry.partition(":")
    if not port.isdecimal():
        raise Trouble(f"REGISTRY must be host:port, not {settings.registry!r}.")
    _refuse_loopback(host)
    stack = f"{settings.stack}-registry"
    folder = certificates(settings)
    if docker.works("secret", "inspect", f"{stack}_key"):
        _refuse_without_certificates(folder, stack)
    else:
        _make(folder, host)
        for name, file in SECRETS.items():
            docker("secret", "create", f"{stack}_{name}", str(folder / file))
        for private in ("server.key", "server.crt"):
            (folder / private).unlink()
    images.bring(settings, images.foreign(["registry"]))
    docker.environment |= {"REGISTRY_STACK": stack, "REGISTRY_PORT": port}
    docker("stack", "deploy", "-c", str(FILE), stack)
    print(f"The registry starts as {settings.registry}. Other machines need {folder} and the name {host}.")


def _refuse_without_certificates(folder: Path, stack: str) -> None:
    """The secrets cannot be read back, and certificates made anew would not be theirs."""
    if lacking := [name for name in CLIENTS if not (folder / name).exists()]:
        secrets = " ".join(f"{stack}_{name}" for name in SECRETS)
        raise Trouble(
            f"{folder} lacks {', '.join(lacking)} of a registry that there is: copy the folder from a machine that"
            f" has it, or make all anew: docker stack rm {stack}; docker secret rm {secrets}; make registry"
        )


def _refuse_loopback(host: str) -> None:
    try:
        address = ipaddress.ip_address(socket.gethostbyname(host))
    except OSError as error:
        raise Trouble(
            f"{host} is no name here: add this machine's address and {host} to /etc/hosts."
        ) from error
    if address.is_loopback:
        raise Trouble(
            f"{host} is the loopback, where Docker shows no certificates: use this machine's own address."
        )


def _make(folder: Path, host: str) -> None:
    """An authority, a certificate of the server and one of its clients."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise Trouble(f"{folder}: {error.strerror}. Run `make registry` as root.") from error
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", DAYS)
    _openssl(
        folder, "req", "-x509", *curve, "-subj", "/CN=datalab registry", "-keyout", "ca.key", "-out", "ca.crt"
    )
    names = f"subjectAltName={'IP' if host.replace('.', '').isdecimal() else 'DNS'}:{host}"
    for name, subject, more in (("server", host, names), ("client", "datalab", "basicConstraints=CA:FALSE")):
        certificate = "client.cert" if name == "client" else "server.crt"
        _openssl(
            folder, "req", *curve[:-2], "-subj", f"/CN={subject}", "-keyout", f"{name}.key", "-out", "csr"
        )
        (folder / "extensions").write_text(more + "\n")
        signed_by = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions")
        _openssl(folder, "x509", "-req", "-in", "csr", *signed_by, "-days", DAYS, "-out", certificate)
    for leftover in ("csr", "extensions", "ca.key", "ca.srl"):
        (folder / leftover).unlink(missing_ok=True)
    for name in ("server.key", "client.key"):
        (folder / name).chmod(0o600)


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(f"openssl {arguments[0]}: {done.stderr.strip()}")
