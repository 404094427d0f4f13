"""Drift of one Parquet file against another: drift.py TASK REFERENCE CURRENT RUNS."""

import sys

import pandas as pd
from common import measure
from evidently import Report
from evidently.presets import DataDriftPreset

task, *files, runs = sys.argv[1:]
reference, current = (pd.read_parquet(file) for file in files)


def check(rows):
    Report([DataDriftPreset()]).run(current.head(rows), reference.head(rows))


check(50)  # Evidently imports much of itself on first use.
measure(task, "Evidently", lambda: check(len(current)), int(runs))
