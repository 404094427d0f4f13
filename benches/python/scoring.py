"""A million rows scored by each candidate."""

from common import SEED, boosters, forests, ibm, measure, size, tiled
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

inputs, outcomes = ibm()
million = tiled(inputs, size(1_000_000, 5_000))
candidates = {
    "logistic_regression": {"scikit-learn": LogisticRegression(max_iter=2000)},
    "decision_tree": {"scikit-learn": DecisionTreeClassifier(max_depth=6, min_samples_leaf=10, random_state=SEED)},
    "random_forest": forests(len(inputs)),
    "gradient_boosting": boosters(),
}
for candidate, peers in candidates.items():
    for peer, model in peers.items():
        model.fit(inputs, outcomes)
        measure(f"score_1m_{candidate}", peer, lambda: model.predict_proba(million), 1 if candidate == "random_forest" else 3)
