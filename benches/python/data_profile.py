"""The profile of a Parquet file: data_profile.py TASK FILE full|minimal RUNS [PAGE]. Charts that Tenure does not draw are left out."""

import sys

import pandas as pd
from common import measure
from ydata_profiling import ProfileReport

task, file, extent, runs, *page = sys.argv[1:]
frame = pd.read_parquet(file)
not_drawn = {
    "interactions": {"continuous": False},
    "missing_diagrams": {"bar": False, "matrix": False, "heatmap": False},
    "samples": {"head": 0, "tail": 0},
}


def profile():
    global report
    report = ProfileReport(frame, minimal=extent == "minimal", progress_bar=False, pool_size=2, **not_drawn)
    report.get_description()


measure(task, f"ydata-profiling, {extent}", profile, int(runs))
for name in page:
    report.to_file(name)
