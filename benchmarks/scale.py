"""How large the accounts are and how often each measure is taken."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """Contacts of the accounts that are measured, and rounds of which the median counts."""

    contacts: int = 20_000
    rate_contacts: int = 8_000  # a minute and more at 4.8 requests a second
    sweep_contacts: int = 10_000  # the same where contacts are read alone
    growth: tuple[int, ...] = (10_000, 100_000)
    dbt_contacts: int = 10_000
    casting_rows: int = 200_000
    rounds: int = 3


USUAL: Final = Scale()
QUICK: Final = Scale(
    contacts=300,
    rate_contacts=100,
    sweep_contacts=300,
    growth=(100, 1_000),
    dbt_contacts=100,
    casting_rows=2_000,
    rounds=1,
)


def with_million(scale: Scale) -> Scale:
    """The same, and an account of a million contacts."""
    return replace(scale, growth=(*scale.growth, 1_000_000))
