"""A whole training on the IBM data: 50 trials × 5 folds over five candidates, the best one fitted again and judged on a hold-out.

tuning.py each: a study for each candidate, so that all are tried about as often, as in Tenure. tuning.py together: one study that chooses
candidates too, and soon tries few of them. Spaces and pruning are those of `crates/training` (`space.rs`, `tune.rs`). Two trials at a time,
each on one thread: faster here than one trial on two.
"""

import sys
from statistics import mean

import optuna
from common import SEED, THREADS, ibm, size
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

TRIALS = {"logistic_regression": 1, "logistic_regression_l2": 13, "decision_tree": 12, "random_forest": 12, "gradient_boosting": 12}


def model(trial, kind):
    def number(name, low, high, log=False):
        return trial.suggest_float(f"{kind}.{name}", low, high, log=log)

    def whole(name, low, high, log=False):
        return trial.suggest_int(f"{kind}.{name}", low, high, log=log)

    def class_weight():
        return trial.suggest_categorical(f"{kind}.class_weight", [None, "balanced"])

    if kind == "logistic_regression":
        return make_pipeline(StandardScaler(), LogisticRegression(C=100, max_iter=2000))
    if kind == "logistic_regression_l2":
        return make_pipeline(StandardScaler(), LogisticRegression(C=number("C", 1e-3, 10, True), class_weight=class_weight(), max_iter=2000))
    if kind == "decision_tree":
        return DecisionTreeClassifier(
            max_depth=whole("max_depth", 2, 8), min_samples_leaf=whole("min_leaf", 5, 80, True), class_weight=class_weight(), random_state=SEED
        )
    if kind == "random_forest":
        return RandomForestClassifier(
            300, max_depth=whole("max_depth", 4, 14), min_samples_leaf=whole("min_leaf", 1, 20, True),
            max_features=number("column_share", 0.1, 0.7), class_weight=class_weight(), random_state=SEED,
        )
    return XGBClassifier(
        n_estimators=whole("trees", 50, 400), learning_rate=number("learning_rate", 0.02, 0.2, True), max_depth=whole("max_depth", 2, 7),
        min_child_weight=number("min_child_weight", 0.5, 20, True), reg_lambda=number("l2", 0.1, 50, True),
        colsample_bytree=number("column_share", 0.15, 1), subsample=number("row_share", 0.4, 1),
        tree_method="hist", max_bin=64, n_jobs=1, random_state=SEED,
    )


inputs, outcomes = ibm()
train, test, left, left_test = train_test_split(inputs, outcomes, test_size=0.2, stratify=outcomes, random_state=SEED)
folds = list(StratifiedKFold(5, shuffle=True, random_state=SEED).split(train, left))


def score(trial, kind):
    scores = []
    for step, (fit, judge) in enumerate(folds):
        fitted = model(trial, kind).fit(train[fit], left[fit])
        scores.append(roc_auc_score(left[judge], fitted.predict_proba(train[judge])[:, 1]))
        trial.report(mean(scores), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return mean(scores)


def search(trials, kind_of):
    pruner = optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1)
    found = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=SEED), pruner=pruner)
    found.optimize(lambda trial: score(trial, kind_of(trial)), n_trials=trials, n_jobs=THREADS)
    return found.best_value, kind_of(found.best_trial), found.best_params


optuna.logging.set_verbosity(optuna.logging.ERROR)
if sys.argv[1] == "each":
    found = [search(size(trials, 1), lambda _, kind=kind: kind) for kind, trials in TRIALS.items()]
else:
    found = [search(size(sum(TRIALS.values()), 5), lambda trial: trial.suggest_categorical("candidate", list(TRIALS)))]
_, kind, parameters = max(found, key=lambda one: one[0])
best = model(optuna.trial.FixedTrial(parameters), kind).fit(train, left)
print(kind, "ROC AUC on the hold-out", roc_auc_score(left_test, best.predict_proba(test)[:, 1]))
