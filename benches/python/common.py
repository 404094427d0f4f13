"""What the scripts share: the data, the models, a stopwatch, and one line of JSON per measurement.

Models have the shape of Tenure's in `benches/benches`; 2 threads for all.
"""

import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

SEED = 42
THREADS = 2
QUICK = os.environ.get("PEERS_QUICK") == "1"
IBM = Path(os.environ["TENURE_SHARED"]) / "data/ibm_hr_attrition_1470.csv"


def size(full, quick):
    """The size of the real run, or that of a smoke run."""
    return quick if QUICK else full


def measure(task, peer, work, runs=3, times=1):
    """Prints wall-clock and CPU seconds of the fastest of several runs, as `make bench` does; `times` scales up a part that was measured."""
    best = (float("inf"), 0.0)
    for _ in range(size(runs, 1)):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    part = "" if times == 1 else f"1/{times:g} of it measured"
    print(json.dumps({"task": task, "peer": peer, "wall": best[0] * times, "cpu": best[1] * times, "note": part}), flush=True)


def ibm():
    """Inputs of the IBM file as 32-bit numbers, levels one-hot, without constants and protected attributes; and who left."""
    frame = pd.read_csv(IBM)
    left = (frame["Attrition"] == "Yes").to_numpy().astype(int)
    constant = ["EmployeeCount", "Over18", "StandardHours"]
    protected = ["Age", "Gender", "MaritalStatus"]
    inputs = frame.drop(columns=["Attrition", "EmployeeNumber", *constant, *protected])
    return pd.get_dummies(inputs).to_numpy(np.float32), left


def tiled(inputs, rows):
    """The rows of `inputs` over and over."""
    return np.resize(inputs, (rows, inputs.shape[1]))


def people(rows, columns, seed):
    """Columns like those of a personnel file; the same kinds as `benches::people`."""
    random = np.random.default_rng(seed)
    levels = [f"level {level}" for level in range(8)]

    def column(index):
        match index % 6:
            case 0 if index < 12:
                return random.random(rows) ** 2 * 100
            case 0:
                return random.integers(1000, 20_000, rows).astype(float)
            case 1:
                return random.integers(0, 41, rows).astype(float)
            case 2 | 3:
                return random.integers(1, 6, rows).astype(float)
        return pd.Categorical.from_codes(random.integers(0, 8, rows), levels)

    return pd.DataFrame({f"x{index}": column(index) for index in range(columns)})


def staff(rows, seed):
    """So many people with the 30 fields of the IBM file that the use case attrition has, and an identifier for each."""
    random = np.random.default_rng(seed)
    frame = pd.read_csv(IBM).drop(columns=["EmployeeCount", "Over18", "StandardHours", "Attrition"])
    frame = frame.iloc[random.integers(0, len(frame), rows)].reset_index(drop=True)
    frame["EmployeeNumber"] = np.arange(1, rows + 1)
    frame["MonthlyIncome"] = (frame["MonthlyIncome"] * random.uniform(0.8, 1.2, rows)).round().astype(int)
    frame["MonthlyRate"] = random.integers(2094, 26_999, rows)
    frame["DailyRate"] = random.integers(102, 1499, rows)
    return frame


def boosters():
    """Boosting of 200 trees of depth 3, by name."""
    from lightgbm import LGBMClassifier
    from sklearn.ensemble import HistGradientBoostingClassifier
    from xgboost import XGBClassifier

    trees = dict(n_estimators=200, learning_rate=0.05, max_depth=3, subsample=0.7, reg_lambda=5, n_jobs=THREADS, random_state=SEED)
    return {
        "XGBoost": XGBClassifier(tree_method="hist", max_bin=64, colsample_bytree=0.5, min_child_weight=1, **trees),
        "LightGBM": LGBMClassifier(num_leaves=8, max_bin=63, colsample_bytree=0.5, subsample_freq=1, verbose=-1, **trees),
        "scikit-learn": HistGradientBoostingClassifier(
            max_iter=200, learning_rate=0.05, max_depth=3, max_bins=63, l2_regularization=5, early_stopping=False, random_state=SEED
        ),
    }


def forests(rows, trees=300):
    """Forests of depth 12, about 5 rows at least in a leaf, by name."""
    from lightgbm import LGBMClassifier
    from sklearn.ensemble import RandomForestClassifier
    from xgboost import XGBRFClassifier

    shape = dict(n_estimators=trees, max_depth=12, n_jobs=THREADS, random_state=SEED)
    drawn = dict(subsample=0.632, colsample_bynode=0.3)
    return {
        "scikit-learn": RandomForestClassifier(min_samples_leaf=5, max_features=0.3, **shape),
        "XGBoost": XGBRFClassifier(tree_method="hist", max_bin=64, min_child_weight=1, **drawn, **shape),
        "LightGBM": LGBMClassifier(
            boosting_type="rf", num_leaves=min(4095, rows // 5), max_bin=63, min_child_samples=5, subsample=0.632, subsample_freq=1,
            feature_fraction_bynode=0.3, verbose=-1, **shape,
        ),
    }
