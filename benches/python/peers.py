"""Measures what Python's own tools take for the work of `cargo bench -p benches`, and prints both side by side.

Usage: peers.py OURS.jsonl [DATA.csv]   (OURS: the file that TENURE_BENCH_OUT named)
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
SEED = 42


def fastest(runs, work):
    """Wall-clock seconds of the fastest of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def ibm(path):
    """One-hot rows and outcomes of the IBM file, without its constants."""
    frame = pd.read_csv(path).drop(columns=["EmployeeCount", "Over18", "StandardHours", "EmployeeNumber"])
    return pd.get_dummies(frame.drop(columns="Attrition")).astype(float), (frame["Attrition"] == "Yes").to_numpy().astype(int)


def boosters(trees=200):
    from lightgbm import LGBMClassifier
    from xgboost import XGBClassifier

    shape = dict(n_estimators=trees, learning_rate=0.05, random_state=SEED)
    return {
        "XGBoost": XGBClassifier(max_depth=3, tree_method="hist", n_jobs=2, **shape),
        "LightGBM": LGBMClassifier(max_depth=3, n_jobs=2, verbose=-1, **shape),
    }


def forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=300, min_samples_leaf=5, n_jobs=2, random_state=SEED)


def fitting(x, y):
    rng = np.random.default_rng(1)
    large = rng.random((100_000, 30))
    outcome = (large[:, 0] + large[:, 1] * large[:, 2] + 0.5 * rng.random(100_000) > 1.1).astype(int)
    for name, model in boosters().items():
        yield "fit_ibm_gradient_boosting", name, fastest(3, lambda: model.fit(x.to_numpy(), y))
        yield "fit_100k_gradient_boosting", name, fastest(1, lambda: model.fit(large, outcome))
    yield "fit_ibm_random_forest", "scikit-learn", fastest(2, lambda: forest().fit(x, y))
    yield "fit_100k_random_forest", "scikit-learn", fastest(1, lambda: forest().fit(large, outcome))


def scoring(x, y):
    from sklearn.linear_model import LogisticRegression

    million = np.resize(x.to_numpy(), (1_000_000, x.shape[1]))
    models = [("gradient_boosting", name, model) for name, model in boosters().items()]
    models += [("random_forest", "scikit-learn", forest()), ("logistic_regression", "scikit-learn", LogisticRegression(max_iter=2000))]
    for candidate, name, model in models:
        model.fit(x.to_numpy(), y)
        yield f"score_1m_{candidate}", name, fastest(1, lambda: model.predict_proba(million))


def explaining(x, y):
    import shap
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(n_estimators=100, num_leaves=31, n_jobs=2, verbose=-1, random_state=SEED).fit(x.to_numpy(), y)
    rows = np.resize(x.to_numpy(), (16_384, x.shape[1]))
    yield "shap_16k_rows_boosting_100x31", "LightGBM", fastest(1, lambda: model.predict(rows, pred_contrib=True))
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    yield "shap_16k_rows_boosting_100x31", "shap", fastest(1, lambda: explainer.shap_values(rows))


def drift(rows, runs):
    from evidently import Report
    from evidently.presets import DataDriftPreset

    rng = np.random.default_rng(1)

    def people():
        columns = {}
        for i in range(31):
            kind = i % 6
            if kind == 0:
                columns[f"x{i}"] = rng.random(rows) ** 2 * 100
            elif kind == 1:
                columns[f"x{i}"] = rng.integers(0, 41, rows).astype(float)
            elif kind in (2, 3):
                columns[f"x{i}"] = rng.integers(1, 6, rows).astype(float)
            else:
                columns[f"x{i}"] = np.char.add("level ", rng.integers(0, 8, rows).astype(str))
        return pd.DataFrame(columns)

    reference, current = people(), people()
    yield fastest(runs, lambda: Report([DataDriftPreset()]).run(current, reference))


def fairness():
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score, precision_score

    rng = np.random.default_rng(1)
    scores = rng.random(1470) ** 2
    truth, sex = (rng.random(1470) < 0.5 * scores).astype(int), np.where(rng.random(1470) < 0.6, "Male", "Female")
    metrics = dict(selection_rate=selection_rate, tpr=true_positive_rate, fpr=false_positive_rate, precision=precision_score, accuracy=accuracy_score)
    few = 50

    def audit():
        MetricFrame(metrics=metrics, y_true=truth, y_pred=(scores >= 0.3).astype(int), sensitive_features=sex, n_boot=few, ci_quantiles=[0.025, 0.975], random_state=SEED)

    # Resamples cost alike: 50 are measured and counted 200 times.
    yield "fairness_1470_bootstrap_10k", "Fairlearn", fastest(1, audit) * 10_000 / few


def tuning(x, y):
    import optuna
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier
    from xgboost import XGBClassifier

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)

    def objective(trial):
        kind = trial.suggest_categorical("candidate", ["plain", "l2", "tree", "forest", "boosting"])
        if kind == "plain":
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1e6, max_iter=2000))
        elif kind == "l2":
            model = make_pipeline(StandardScaler(), LogisticRegression(C=trial.suggest_float("c", 1e-3, 10, log=True), max_iter=2000))
        elif kind == "tree":
            model = DecisionTreeClassifier(max_depth=trial.suggest_int("depth", 2, 10), random_state=SEED)
        elif kind == "forest":
            model = RandomForestClassifier(trial.suggest_int("trees", 100, 500), min_samples_leaf=trial.suggest_int("leaf", 1, 20), n_jobs=2, random_state=SEED)
        else:
            model = XGBClassifier(
                n_estimators=trial.suggest_int("rounds", 50, 500),
                max_depth=trial.suggest_int("height", 2, 6),
                learning_rate=trial.suggest_float("rate", 0.01, 0.3, log=True),
                subsample=0.8, colsample_bytree=0.6, tree_method="hist", n_jobs=2, random_state=SEED,
            )
        return cross_val_score(model, x.to_numpy(), y, cv=folds, scoring="roc_auc").mean()

    def search():
        optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=SEED)).optimize(objective, n_trials=50)

    yield "tune_50_trials_5_folds", "Optuna + scikit-learn + XGBoost", fastest(1, search)


def everything(path):
    x, y = ibm(path)
    yield from fitting(x, y)
    yield from scoring(x, y)
    yield from explaining(x, y)
    for seconds in drift(735, 2):
        yield "drift_735_31_columns", "Evidently", seconds
    for seconds in drift(1_000_000, 1):
        yield "drift_1m_31_columns", "Evidently", seconds
    yield from fairness()
    yield from tuning(x, y)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        ours = {record["name"]: record["seconds"] for record in map(json.loads, file)}
    print(f"{'what':<36} {'peer':<32} {'peer, s':>10} {'Tenure, s':>10} {'times faster':>13}")
    for name, peer, seconds in everything(sys.argv[2]):
        own = ours.get(name)
        shown = f"{own:10.4f} {seconds / own:13.1f}" if own else f"{'-':>10} {'-':>13}"
        print(f"{name:<36} {peer:<32} {seconds:10.4f} {shown}", flush=True)


if __name__ == "__main__":
    main()
