"""The relationship diagrams: drawn from the relationships tests, which dbterd reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import d2
from dbterd.api import DbtErd

DOCUMENTED: Final = "dbt_project/models/documented/"
EVERY_AREA: Final = "documented_tables"
# dbterd names a test by its beginning, and other tests speak of relationships too
ALGORITHM: Final = "test_relationship:(name:relationships_|c_from:column_name|c_to:field)"
# dbterd wants a catalog, and columns that are declared need none
CATALOG: Final = {
    "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
    "nodes": {},
    "sources": {},
}
COLOURS: Final = ("#1f6f8b", "#8a5a00", "#3f6b2f", "#7a3b69", "#47569b")
BACKGROUND: Final = "#ffffff"
# the mark of a link would hide the end of a long name
STYLE: Final = ".appendix-icon{display:none}.connection:hover{stroke-width:5}"
PAGE: Final = "../../index.html#!/model/model.activecampaign."


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of a table, and the column of the table that it refers to."""

    table: str
    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Table:
    """A documented table, the area it belongs to, its columns in their order."""

    name: str
    area: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """The documented tables by name, and what of them refers to what."""

    tables: Mapping[str, Table]
    references: Sequence[Reference]

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> "Graph":
        """The graph of a manifest.json of dbt: one reference for each relationships test."""
        documented = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
            and node["original_file_path"].startswith(DOCUMENTED)
        }
        with TemporaryDirectory() as folder:
            (Path(folder) / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            (Path(folder) / "catalog.json").write_text(json.dumps(CATALOG), encoding="utf-8")
            erd = json.loads(
                DbtErd(
                    target="json",
                    algo=ALGORITHM,
                    artifacts_dir=folder,
                    entity_name_format="model",
                    select=[f"exact:model.activecampaign.{name}" for name in documented],
                ).get_erd()
            )
        tables = {
            node["name"]: Table(
                node["name"],
                documented[node["name"]]["config"]["meta"]["area"],
                tuple(column["name"] for column in node["columns"]),
            )
            for node in erd["nodes"]
        }
        names = {node["id"]: node["name"] for node in erd["nodes"]}
        references = [
            Reference(names[edge["from_id"]], column, names[edge["to_id"]], to_column)
            for edge in erd["edges"]
            for column, to_column in zip(edge["from_columns"], edge["to_columns"], strict=True)
        ]
        return cls(tables, references)

    @property
    def areas(self) -> list[str]:
        """The areas, in the order of the alphabet."""
        return sorted({table.area for table in self.tables.values()})


def diagrams(graph: Graph) -> Iterator[tuple[str, str]]:
    """File name and SVG of the diagram of all documented tables, then of one for each area."""
    yield _drawn(graph, EVERY_AREA, set(graph.tables))
    for area in graph.areas:
        yield _drawn(graph, area, {t.name for t in graph.tables.values() if t.area == area})


def _drawn(graph: Graph, name: str, tables: set[str]) -> tuple[str, str]:
    # what sets one picture's ids apart from another's is its name, so that equal tests draw equally
    svg = d2.render(_text(graph, tables), layout="elk", theme=0, pad=20, scale=1, salt=name)
    return f"{name.replace(' ', '_')}.svg", svg.decode().replace("</style>", f"{STYLE}</style>", 1)


def _text(graph: Graph, inside: set[str]) -> str:
    """The diagram of some tables, and of those that they refer to, in D2's language."""
    references = [one for one in graph.references if one.table in inside]
    tables = inside | {one.to_table for one in references}
    colours = dict(zip(graph.areas, COLOURS, strict=True))
    lines = ["direction: right"]
    for table in (graph.tables[name] for name in sorted(tables)):
        own = {one.column for one in references if one.table == table.name}
        keys = {one.to_column for one in references if one.to_table == table.name}
        shown = [column for column in table.columns if column in own | keys]
        constraints = {True: "primary_key", False: "foreign_key"}
        rows = [f'"{column}": "" {{constraint: {constraints[column in keys]}}}' for column in shown]
        if left := len(table.columns) - len(shown):
            rows.append(f'"{left} more columns": ""')
        lines += [
            f'"{table.name}": {{',
            "shape: sql_table",
            *rows,
            f'link: "{PAGE}{table.name}"',
            f'style: {{fill: "{colours[table.area]}"; stroke: "{BACKGROUND}"}}',
            "}",
        ]
    lines += [
        f'"{one.table}"."{one.column}" -> "{one.to_table}"."{one.to_column}"'
        f' {{style.stroke: "{colours[graph.tables[one.to_table].area]}"}}'
        for one in sorted(references, key=lambda one: (one.table, one.column))
    ]
    return "\n".join(lines)
