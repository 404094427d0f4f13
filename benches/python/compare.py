"""Runs every peer after Tenure's own benchmarks and prints one table: compare.py TWO_THREADS ONE_THREAD TABLE.

TWO_THREADS and ONE_THREAD hold what `make bench` printed on two cores and on one; TABLE is written.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from importlib.metadata import version
from pathlib import Path

from common import IBM, QUICK, THREADS, people, size, staff

HERE = Path(__file__).resolve().parent
TENURE = HERE.parents[1] / "target/release/tenure"
LIMIT = size(300, 60)  # seconds that a process may take
LARGE = size(1_000_000, 5_000)
FIVE = "logistic_regression,logistic_regression_l2,decision_tree,random_forest,gradient_boosting"
SHAP_ROWS = 16_384

# Name in the output of `make bench` (those of whole processes are ours), and what it is.
TASKS = {
    "train": "Training, whole process: 50 trials x 5 folds, five candidates, IBM data (1470 rows)",
    "fit_ibm_gradient_boosting": "Fit of boosting, 200 trees of depth 3: IBM data",
    "fit_100k_gradient_boosting": "Fit of boosting, 200 trees of depth 3: 100 000 rows x 30 columns",
    "fit_ibm_random_forest": "Fit of a forest, 300 trees of depth 12: IBM data",
    "fit_100k_random_forest": "Fit of a forest, 300 trees of depth 12: 100 000 rows x 30 columns",
    "score_1m_logistic_regression": "Scoring 1 000 000 rows: logistic regression",
    "score_1m_decision_tree": "Scoring 1 000 000 rows: decision tree of depth 6",
    "score_1m_random_forest": "Scoring 1 000 000 rows: forest of 300 trees",
    "score_1m_gradient_boosting": "Scoring 1 000 000 rows: boosting of 200 trees",
    "shap_16k_rows_boosting_100x31": "SHAP values of 16 384 rows: boosting, 100 trees of 31 leaves",
    "shap_16k_rows_random_forest": "SHAP values of 16 384 rows: forest of 300 trees",
    "fairness_1470_bootstrap_10k": "Fairness audit of 1470 people with 10 000 resamples",
    "profile_1470_35_columns": "Data profile of 1470 rows x 35 columns, computing only",
    "profile_1m_35_columns": "Data profile of 1 000 000 rows x 35 columns, computing only",
    "profile_1m_process": "Data profile of 1 000 000 rows x 35 columns, whole process: Parquet file to HTML page",
    "drift_735_31_columns": "Drift of 735 against 735 rows x 31 columns, computing only",
    "drift_1m_31_columns": "Drift of 1 000 000 against 1 000 000 rows x 31 columns, computing only",
    "drift_1m_process": "Drift of 1 000 000 against 1 000 000 rows x 31 columns, whole process from Parquet files",
    "import_1m_parquet_process": "Import of 1 000 000 rows x 31 columns, whole process: Parquet file to stored dataset; peers only read",
    "import_1m_csv_process": "Import of 1 000 000 rows x 31 columns, whole process: CSV file to stored dataset; peers only read",
}

NOTES = dict.fromkeys(["fit_ibm_gradient_boosting", "fit_ibm_random_forest"], "columns binned beforehand")
IMPORTS = {"parquet": "import_1m_parquet_process", "csv": "import_1m_csv_process"}
WHOLE_PROCESSES = {"train", "profile_1m_process", "drift_1m_process", *IMPORTS.values()}


def run(*command, runs=1):
    """Runs a process: the lines it printed, and wall, CPU seconds and peak memory of its fastest run; `None` where it took too long."""
    best, output = None, ""
    for _ in range(size(runs, 1)):
        began = time.perf_counter()
        with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen([str(part) for part in command], stdout=printed, stderr=errors)
            late = threading.Timer(LIMIT, process.kill)
            late.start()
            _, status, usage = os.wait4(process.pid, 0)
            late.cancel()
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            printed.seek(0)
            output = printed.read()
            if wall >= LIMIT:
                return output, None
            # 1 is an answer of Tenure's: drift was found, a gate does not hold.
            if process.returncode not in (0, 1) or (process.returncode == 1 and command[0] != TENURE):
                errors.seek(0)
                sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.read()[-2000:]}")
        spent = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "megabytes": usage.ru_maxrss / 1024}
        best = min(best or spent, spent, key=lambda one: one["wall"])
    return output, best


class Table:
    """Measurements by task, Tenure's first."""

    def __init__(self):
        self.rows = {task: [] for task in TASKS}

    def add(self, task, who, spent, note=""):
        self.rows[task].append((who, spent, note))

    def add_tenure(self, two_threads, one_thread):
        for task in TASKS.keys() - WHOLE_PROCESSES:
            if task in two_threads and task in one_thread:
                self.add(task, "Tenure", {"wall": two_threads[task], "cpu": one_thread[task]}, NOTES.get(task, ""))
            elif not QUICK:
                sys.exit(f"make bench printed no time of {task}")

    def add_peer(self, script, *arguments, process=None, who=None, note="", runs=1):
        print(time.strftime("%H:%M:%S"), script, *arguments, flush=True)
        output, spent = run(sys.executable, HERE / script, *arguments, runs=runs)
        for line in output.splitlines():
            if line.startswith("{"):
                one = json.loads(line)
                self.add(one["task"], one["peer"], one, one["note"])
        if process:
            self.add(process, who, spent, note if spent else f"not finished after {LIMIT} s")

    def text(self):
        lines = [f"{'':<40}{'wall':>10}{'CPU':>10}{'memory':>10}{'x wall':>9}{'x CPU':>9}"]
        for task, rows in self.rows.items():
            lines += ["", TASKS[task]]
            ours = next((spent for who, spent, _ in rows if who == "Tenure"), {})
            for who, spent, note in rows:
                spent = spent or {}
                if task.startswith("shap") and spent:
                    note = f"{SHAP_ROWS / spent['wall']:,.0f} rows/s" + (f", {note}" if note else "")
                ratios = ["", ""] if who.startswith("Tenure") else [ratio(spent.get(kind), ours.get(kind)) for kind in ("wall", "cpu")]
                cells = f"{seconds(spent.get('wall')):>10}{seconds(spent.get('cpu')):>10}{megabytes(spent):>10}{ratios[0]:>9}{ratios[1]:>9}"
                lines.append(f"  {who:<38}{cells}  {note}".rstrip())
        return "\n".join(lines)


def seconds(value):
    if value is None:
        return "-"
    return f"{value:.2f} s" if value >= 1 else f"{1e3 * value:.3g} ms"


def megabytes(spent):
    return f"{spent['megabytes']:,.0f} MB" if "megabytes" in spent else ""


def ratio(peer, ours):
    if not peer or not ours:
        return "-"
    times = peer / ours
    return f"{times:,.0f}" if times >= 100 else f"{times:.1f}" if times >= 10 else f"{times:.2f}"


def printed_by_bench(path):
    """Seconds by name."""
    units = {"s": 1, "ms": 1e-3, "µs": 1e-6}
    text = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    return {name: float(value) * units[unit] for name, value, unit in re.findall(r"^(\w+) +([\d.]+) (s|ms|µs)\b", text, re.M)}


def training(table, folder):
    def train(*more):
        store = tempfile.mkdtemp(dir=folder)
        command = ["train", "--data-dir", store, "--use-case", "attrition", "--data", IBM, "--trials", size(50, 8), "--threads", THREADS]
        return run(TENURE, *command, *more, runs=3)[1]

    table.add("train", "Tenure", train("--candidates", FIVE))
    table.add("train", "Tenure, as shipped", train(), "eight candidates")
    for way, name in [("each", "a study per candidate"), ("together", "one study")]:
        table.add_peer("tuning.py", way, process="train", who="Optuna + scikit-learn + XGBoost", note=name, runs=2)


def files(folder, rows, columns, *seeds):
    """A Parquet file of simulated people for each seed."""
    names = [folder / f"{rows}x{columns}-{seed}.parquet" for seed in seeds]
    for name, seed in zip(names, seeds, strict=True):
        people(rows, columns, seed).to_parquet(name)
    return names


def profiles(table, folder):
    small, large, page = *files(folder, 1470, 35, 3), *files(folder, LARGE, 35, 3), folder / "profile.html"
    table.add("profile_1m_process", "Tenure", run(TENURE, "tool", "profile", large, "--html", page, runs=3)[1])
    table.add_peer("data_profile.py", "profile_1470_35_columns", small, "full", 3)
    for extent in ("full", "minimal"):
        who = f"ydata-profiling, {extent}"
        table.add_peer("data_profile.py", "profile_1m_35_columns", large, extent, 1, page, process="profile_1m_process", who=who)


def drift(table, folder):
    small, large = files(folder, 735, 31, 1, 2), files(folder, LARGE, 31, 1, 2)
    table.add("drift_1m_process", "Tenure", run(TENURE, "tool", "drift", "--reference", large[0], "--current", large[1], runs=3)[1])
    table.add_peer("drift.py", "drift_735_31_columns", *small, 5)
    table.add_peer("drift.py", "drift_1m_31_columns", *large, 1, process="drift_1m_process", who="Evidently")


def imports(table, folder):
    people = staff(LARGE, 4)
    people.to_parquet(folder / "people.parquet")
    people.to_csv(folder / "people.csv", index=False)
    for ending, task in IMPORTS.items():
        file, best = folder / f"people.{ending}", None
        for _ in range(size(3, 1)):
            # A store of its own each time: a file that is there is not stored again.
            store = tempfile.mkdtemp(dir=folder)
            _, spent = run(TENURE, "data", "import", file, "--data-dir", store, "--use-case", "attrition", "--for", "scoring")
            best = min(best or spent, spent, key=lambda one: one["wall"])
        table.add(task, "Tenure", best, "read, checked, stored")
        for peer in ("pandas", "polars"):
            table.add_peer("reading.py", peer, file, process=task, who=peer, runs=3)


def main():
    two_threads, one_thread, written = sys.argv[1:]
    if not TENURE.exists():
        sys.exit(f"{TENURE} is missing: make build")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    for name in ("OMP", "OPENBLAS", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(THREADS)
    table = Table()
    table.add_tenure(printed_by_bench(two_threads), printed_by_bench(one_thread))
    for script in ("fitting.py", "scoring.py", "explaining.py", "fairness.py"):
        table.add_peer(script)
    with tempfile.TemporaryDirectory() as folder:
        for topic in (training, profiles, drift, imports):
            topic(table, Path(folder))
    packages = "scikit-learn xgboost lightgbm optuna shap fairlearn ydata-profiling evidently numpy pandas polars".split()
    versions = [f"{package}\N{NO-BREAK SPACE}{version(package)}" for package in packages]
    head = [
        f"{THREADS} threads for all; each figure is the fastest of several runs; imports and reading are left out but for whole processes.",
        "x: times as long as Tenure. CPU of Tenure: the same work on one thread; of whole processes and peers: as counted by the system.",
        *textwrap.wrap("Python " + ", ".join([sys.version.split()[0], *versions]), 120, break_on_hyphens=False),
    ]
    if QUICK:
        head.insert(0, "SMOKE RUN: sizes are not those of the titles, and the figures mean nothing")
    text = "\n".join([*head, "", table.text(), ""])
    Path(written).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
