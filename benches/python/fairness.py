"""The audit of 1470 people in two groups with 10 000 resamples; resamples cost alike, and 100 of them are measured."""

import numpy as np
from common import SEED, measure, size
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn.metrics import accuracy_score, precision_score

RESAMPLES = 10_000
random = np.random.default_rng(1)
scores = random.random(1470) ** 2
left = (random.random(1470) < 0.5 * scores).astype(int)
flagged = (scores >= 0.3).astype(int)
sex = np.where(random.random(1470) < 0.6, "Male", "Female")
metrics = {
    "selection_rate": selection_rate, "true_positive_rate": true_positive_rate, "false_positive_rate": false_positive_rate,
    "precision": precision_score, "accuracy": accuracy_score,
}
some = size(100, 2)


def audit():
    MetricFrame(
        metrics=metrics, y_true=left, y_pred=flagged, sensitive_features=sex,
        n_boot=some, ci_quantiles=[0.025, 0.975], random_state=SEED,
    )


measure("fairness_1470_bootstrap_10k", "Fairlearn", audit, 2, RESAMPLES / some)
