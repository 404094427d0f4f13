"""Makes the typed files of this folder: make_typed.py, with pyarrow 26.0.1."""

from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

HERE = Path(__file__).parent
THREE = dict(
    small=pa.array([1, None, -128], pa.int8()),
    big=pa.array([9007199254740993, None, 1], pa.int64()),
    whole=pa.array([9007199254740992, None, -7], pa.int64()),
    unsigned=pa.array([18446744073709551615, None, 0], pa.uint64()),
    single=pa.array([0.1, None, 16777216], pa.float32()),
    real=pa.array([0.1, float("nan"), 1e21], pa.float64()),
    infinite=pa.array([float("inf"), None, -0.0], pa.float64()),
    money=pa.array([Decimal("3000.50"), None, Decimal("-0.07")], pa.decimal128(12, 2)),
    left=pa.array([True, None, False]),
    team=pa.array(["Lab", None, "Sales"]).dictionary_encode(),
    note=pa.array(["a text of more than twelve letters", None, ""]),
    day=pa.array([date(2026, 3, 1), None, date(1969, 12, 31)]),
    time=pa.array([datetime(2026, 3, 1, 23, 30, tzinfo=timezone.utc), None, datetime(2026, 3, 2, tzinfo=timezone.utc)], pa.timestamp("us", "Europe/Berlin")),
    nothing=pa.nulls(3),
)
table = pa.table(THREE)
feather.write_feather(table, HERE / "types.arrow", compression="uncompressed")
feather.write_feather(table, HERE / "types_lz4.feather", compression="lz4")
feather.write_feather(table, HERE / "types_zstd.feather", compression="zstd")
# Two row groups, of which the second begins a dictionary of its own.
parquet.write_table(pa.concat_tables([table, table.slice(2), table]), HERE / "types.parquet", row_group_size=4)

odd = pa.table(
    dict(
        id=pa.array([1, 2]),
        half=pa.array(np.array([0.5, 2], np.float16)),
        wide=pa.array([Decimal("3000.50"), None], pa.decimal256(50, 2)),
    )
)
feather.write_feather(odd, HERE / "odd.arrow", compression="uncompressed")
parquet.write_table(odd, HERE / "odd.parquet")

# As writers of version 2 of the format do: numbers and texts as packed differences, in several pages.
rows = 300
delta = pa.table(
    dict(
        number=pa.array([1000 + 7 * row if row % 11 else None for row in range(rows)], pa.int64()),
        text=pa.array([f"person {row}" if row % 7 else None for row in range(rows)]),
        name=pa.array([f"E{row:05}" for row in range(rows)]),
    )
)
parquet.write_table(
    delta,
    HERE / "delta.parquet",
    use_dictionary=False,
    column_encoding=dict(number="DELTA_BINARY_PACKED", text="DELTA_LENGTH_BYTE_ARRAY", name="DELTA_BYTE_ARRAY"),
    data_page_version="2.0",
    data_page_size=512,
    compression="zstd",
)
