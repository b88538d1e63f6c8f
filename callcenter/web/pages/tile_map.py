"""The map of tiles: one a territory, all of the same size (decision W1)."""

from dataclasses import dataclass
from functools import cache

from callcenter.reference import rows


@dataclass(frozen=True)
class Tile:
    """Where a territory stands on the map of tiles."""

    code: str
    column: int
    row: int


@cache
def tile_grid() -> tuple[Tile, ...]:
    """Every territory's place on the map."""
    return tuple(Tile(row["code"], int(row["column"]), int(row["row"])) for row in rows("tile_grid.csv"))
