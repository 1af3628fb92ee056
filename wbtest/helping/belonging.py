"""What belongs in a field of a form: said beside the field, and on a page of the docs. Pure."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol


class Belongs(NamedTuple):
    """What belongs in a field, with an example of what does not and of what does."""

    text: str
    no: str = ""
    but: str = ""


class Said(Protocol):
    """The same, wherever its examples come from."""

    @property
    def text(self) -> str: ...
    @property
    def no(self) -> str: ...
    @property
    def but(self) -> str: ...


class Described:
    """A form whose fields say what belongs in them; it stands before the form's own class."""

    belongs: ClassVar[Mapping[str, Said]] = {}

    def __init__(self: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, said in self.belongs.items():
            if name in self:
                self[name].description = said
