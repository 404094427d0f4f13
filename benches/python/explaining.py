"""Exact path-dependent contributions to 16 384 rows: 100 trees of 31 leaves, and a forest of 300 trees.

For models of LightGBM and XGBoost, shap hands over to their own code; its own is timed on models of scikit-learn.
"""

import shap
from common import SEED, THREADS, forests, ibm, measure, size, tiled
from lightgbm import LGBMClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from xgboost import DMatrix, XGBClassifier

ROWS = 16_384
inputs, outcomes = ibm()


def explain(task, peer, model, rows, runs=3):
    rows = size(rows, 64)
    some = tiled(inputs, rows)
    model.fit(inputs, outcomes)
    if peer == "LightGBM":
        work = lambda: model.predict(some, pred_contrib=True)
    elif peer == "XGBoost":
        booster = model.get_booster()
        work = lambda: booster.predict(DMatrix(some, nthread=THREADS), pred_contribs=True)
    else:
        explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
        work = lambda: explainer.shap_values(some, check_additivity=False)
    measure(f"shap_16k_rows_{task}", peer, work, runs, ROWS / rows)


shape = dict(n_estimators=100, learning_rate=0.05, n_jobs=THREADS, random_state=SEED)
boosting = {
    "LightGBM": LGBMClassifier(num_leaves=31, verbose=-1, **shape),
    "XGBoost": XGBClassifier(tree_method="hist", grow_policy="lossguide", max_leaves=31, max_depth=16, **shape),
    "shap": HistGradientBoostingClassifier(max_iter=100, learning_rate=0.05, max_leaf_nodes=31, early_stopping=False, random_state=SEED),
}
for peer, model in boosting.items():
    explain("boosting_100x31", peer, model, 4096)
for peer, model in forests(len(inputs)).items():
    explain("random_forest", "shap" if peer == "scikit-learn" else peer, model, 512, 1)
