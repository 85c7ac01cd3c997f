"""Reads every table of every experiment with pandas, polars and DuckDB, as a user of these would.

Run by .ci/tables, which installs them: python tests/python/read_tables.py results
"""

import pathlib
import sys

import duckdb
import pandas
import polars

# Words that are no numbers, whatever else stands in a table.
TEXT = {"id", "status", "trend", "reason", "trajectory", "problem.hidden", "on_edge", "part", "phase"}


def check(path: pathlib.Path) -> int:
    pandas_table = pandas.read_csv(path, dtype={"id": str, "trajectory": str})
    # Columns are typed by all their rows: an axis may begin with a whole number.
    polars_table = polars.read_csv(path, infer_schema_length=None)
    duckdb_table = duckdb.sql(f"SELECT * FROM read_csv('{path}', header = true, sample_size = -1)")
    rows, columns = pandas_table.shape
    assert polars_table.shape == (rows, columns), f"{path}: polars reads {polars_table.shape}, pandas {(rows, columns)}"
    assert duckdb_table.shape == (rows, columns), f"{path}: DuckDB reads {duckdb_table.shape}"

    for name in pandas_table.columns:
        column, types = pandas_table[name], polars_table.schema[name]
        if name in TEXT or types == polars.Boolean or column.isna().all():
            continue
        assert types.is_numeric(), f"{path}: polars reads `{name}` as {types}"
        assert pandas.api.types.is_numeric_dtype(column), f"{path}: pandas reads `{name}` as {column.dtype}"
        # The three agree to the bit; what is missing is missing in all of them.
        ours = column.to_numpy(dtype=float)
        theirs = polars_table[name].cast(polars.Float64).to_numpy()
        assert ((ours == theirs) | ((ours != ours) & (theirs != theirs))).all(), f"{path}: `{name}` differs"

    if "batch_size" in pandas_table:
        assert polars_table.schema["batch_size"] == polars.Int64, f"{path}: batch sizes are not all counts"
        assert polars_table.schema["full_batch"] == polars.Boolean, f"{path}: `full_batch` is not true or false"
        assert pandas_table["full_batch"].dtype == bool
        assert pandas_table["batch_size"].notna().all()
    if "problem.hidden" in pandas_table:
        # groupby drops rows whose key is missing.
        assert polars_table["problem.hidden"].null_count() == 0, f"{path}: an empty list is an empty cell"
        assert pandas_table.groupby("problem.hidden").size().sum() == rows
    return rows


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    tables = [path for path in sorted(folder.glob("*/*.csv")) if path.name not in ("manifest.csv", "overrides.csv")]
    assert {path.name for path in tables} >= {"runs.csv", "summary.csv", "goldilocks.csv", "curves.csv"}, "no tables"
    rows = sum(check(path) for path in tables)
    print(f"{len(tables)} tables with {rows} rows: pandas, polars and DuckDB read them alike")


main()
