"""The tables of an exported history, for other programs: one CSV and one Parquet file each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Boolean, Column, Double, Integer, Table

from fer_core.spreadsheet import ENCODING, TableWriter


class TableFiles:
    """One table being written as CSV and as Parquet."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._table = table
        self._names = [column.name for column in table.columns]
        self.csv_path = folder / f"{table.name}.csv"
        self.parquet_path = folder / f"{table.name}.parquet"
        self._schema = pa.schema([(column.name, _arrow_type(column)) for column in table.columns])
        self._csv_file = self.csv_path.open("w", encoding=ENCODING, newline="")
        self._csv = TableWriter(self._csv_file, self._names)
        self._parquet = pq.ParquetWriter(self.parquet_path, self._schema, compression="zstd")

    def __enter__(self) -> TableFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        plain = [{name: _flat(row[name]) for name in self._names} for row in rows]
        for row in plain:
            self._csv.write([row[name] for name in self._names])
        self._parquet.write_table(pa.Table.from_pylist(plain, schema=self._schema))

    def close(self) -> None:
        if not self._csv_file.closed:
            self._csv_file.close()
            self._parquet.close()


def _flat(value: Any) -> Any:
    return as_json(value) if isinstance(value, dict | list) else value


def _arrow_type(column: Column[Any]) -> pa.DataType:
    if isinstance(column.type, Boolean):
        return pa.bool_()
    if isinstance(column.type, Integer):
        return pa.int64()
    if isinstance(column.type, Double):
        return pa.float64()
    return pa.string()


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
