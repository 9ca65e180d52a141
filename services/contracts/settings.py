"""Configuration from the environment (12-factor): a Struct declares each setting once, with type, unit and default.

`load(Settings)` reads field `mongo_uri` from `MONGO_URI`, or, so that secrets stay out of process listings, from the
file that `MONGO_URI_FILE` names. A missing or malformed setting is one sentence that names the variable.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class SettingInvalid(Exception):
    """A setting is missing, unreadable or of the wrong type; the text names the variable."""


def load(settings: type[S], environment: Mapping[str, str] = os.environ) -> S:
    """Read `settings` from the environment.

    Raises:
        SettingInvalid: with the name of the variable and what is wrong with it.
    """
    values: dict[str, str] = {}
    for field in msgspec.structs.fields(settings):
        variable = field.name.upper()
        if (path := environment.get(f"{variable}_FILE")) is not None:
            try:
                values[field.name] = Path(path).read_text().strip()
            except OSError as error:
                raise SettingInvalid(f"{variable}_FILE={path}: {error.strerror}") from error
        elif variable in environment:
            values[field.name] = environment[variable]
        elif field.required:
            raise SettingInvalid(f"{variable} is not set (nor {variable}_FILE)")
    try:
        return msgspec.convert(values, settings, strict=False, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`").upper()
        raise SettingInvalid(f"{name}: {error}") from error


def _from_text(kind: type[object], value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
