"""A file becomes a data frame, as a whole process: reading.py pandas|polars FILE."""

import sys

peer, file = sys.argv[1:]
if peer == "pandas":
    import pandas

    frame = pandas.read_parquet(file) if file.endswith(".parquet") else pandas.read_csv(file)
else:
    import polars

    frame = polars.read_parquet(file) if file.endswith(".parquet") else polars.read_csv(file)
print(frame.shape)
