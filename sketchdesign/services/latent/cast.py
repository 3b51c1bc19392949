"""Which model draws what, where the one that was meant for it may not be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

STAND_IN = "doodles"
"""The bundled model of many classes that draws in the place of others."""


@dataclass(frozen=True)
class Role:
    """A model chosen for something.

    Attributes:
        model: opened.
        class_name: which of its classes is asked for; None leaves it to each input.
        wanted: the name of the model that was meant.
    """

    model: Model
    class_name: str | None
    wanted: str

    @property
    def stands_in(self) -> bool:
        return self.model.info.name != self.wanted

    def __str__(self) -> str:
        name = self.model.info.name
        return f"{name} in the place of {self.wanted}" if self.stands_in else name


@dataclass
class Cast:
    """Opens bundled models once each, and says who took which part.

    Attributes:
        names: the bundled models.
        open_model: opens one by name.
        roles: those that were given since `begin`.
    """

    names: Sequence[str]
    open_model: Callable[[str], Model]
    roles: list[Role] = field(default_factory=list)
    _opened: dict[str, Model] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget who played in the figure before."""
        self.roles.clear()

    def role(self, wanted: str, class_name: str | None = None) -> Role:
        """The model of a name if it is bundled, else the stand-in.

        Args:
            wanted: the model meant.
            class_name: what is to be drawn; passed on to models that know several classes, this one among them.

        Raises:
            InputError: neither model is bundled, or the stand-in does not know the class.
        """
        name = wanted if wanted in self.names else STAND_IN
        if name not in self.names:
            raise InputError(
                f"neither {wanted} nor {STAND_IN} is bundled with this installation", hint="install sketchdesign again"
            )
        if name not in self._opened:
            self._opened[name] = self.open_model(name)
        model = self._opened[name]
        known = class_name in model.info.classes
        if name == STAND_IN and class_name is not None and not known:
            raise InputError(
                f"{STAND_IN} has no class {class_name!r} to draw in the place of {wanted}",
                hint="name the other figures with --only",
            )
        role = Role(model, class_name if known and len(model.info.classes) > 1 else None, wanted)
        if str(role) not in map(str, self.roles):
            self.roles.append(role)
        return role
