"""What a recipe may say about how many samples there are to be, as far as kinds share it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from augcli.settings.base import Settings

Amount = Annotated[int, Field(ge=0, le=100_000_000)]


class BalanceSettings(Settings):
    """The recipe's `balance:`; kinds add methods with their own keys."""

    mixes: ClassVar[bool] = False
    """Whether new samples are made of several."""
    amount: ClassVar[bool] = False
    """Whether the label is a number to be predicted."""
    revision: ClassVar[int] = 1
    """Raised when the same settings come to mean other samples, so that old outputs are redone."""

    @property
    def named_classes(self) -> Collection[str]:
        """Return the classes that they name."""
        return ()

    def plain(self) -> Any:
        """Return them as plain JSON, as a recipe says them."""
        return self.model_dump(mode="json", by_alias=True)


class TargetBalance(BalanceSettings):
    """The recipe's `balance:` by copies; what a target may be is said by each."""

    target: Any

    @property
    def named_classes(self) -> Collection[str]:
        """Return the classes of a target by class."""
        return self.target if isinstance(self.target, dict) else ()


class Balance(TargetBalance):
    """The recipe's `balance:` by copies: how many samples each class ends up with."""

    target: Literal["max", "median"] | Amount | dict[str, Amount] = Field(
        description="samples per class: those of the largest, the median, N, or {class: N}"
    )


class ObjectBalance(TargetBalance):
    """The recipe's `balance:` for samples that may hold objects."""

    target: Literal["max", "median", "repeat_factor"] | Amount | dict[str, Amount] = Field(
        description="samples per class: those of the largest, the median, N, or {class: N}; "
        "`repeat_factor`: more copies of samples that hold objects of rare classes"
    )
    threshold: float = Field(
        0.1,
        gt=0,
        le=1,
        description="repeat_factor: classes in a smaller part of samples than this are rare; a "
        "sample is repeated by the root of how much rarer its rarest class is",
    )
