"""The map of tiles: one a territory, all of the same size (decision W1)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class TileMap:
    """Some of the tiles, close together, on so many columns and rows."""

    tiles: tuple[Tile, ...]
    columns: int
    rows: int


@cache
def cropped(departments: Collection[str] | None) -> TileMap:
    """The map of these departments alone (None: of the nation): columns and rows that hold none of them are left out,
    so that the nearest stay neighbours and the furthest take no room."""
    chosen = [tile for tile in tile_grid() if departments is None or tile.code in departments]
    columns = sorted({tile.column for tile in chosen}) if departments is not None else range(12)
    rows_ = sorted({tile.row for tile in chosen}) if departments is not None else range(15)
    placed = (replace(tile, column=columns.index(tile.column), row=rows_.index(tile.row)) for tile in chosen)
    return TileMap(tuple(placed), max(len(columns), 4), max(len(rows_), 1))
