"""The peer of scripts/bench-predict.sh: FastAPI, XGBoost and SHAP (TreeSHAP of XGBoost), as such services are written.

Trains on the IBM table with the same number of trees and depth as gradient boosting here, and answers /predict with three reasons.
No log is written: what Tenure does beside scoring is not asked of it.
"""

import os

import numpy
import pandas
import shap
import xgboost
from fastapi import FastAPI
from pydantic import create_model

DATA = os.environ["BENCH_DATA"]
table = pandas.read_csv(DATA)
DROPPED = ["Attrition", "EmployeeNumber", "EmployeeCount", "Over18", "StandardHours"]
features = table.drop(columns=[name for name in DROPPED if name in table])
levels = {name: sorted(features[name].unique()) for name in features.select_dtypes(exclude="number")}
columns = []
for name in features:
    columns += [(name, level) for level in levels[name]] if name in levels else [(name, None)]


def encode(record):
    return [float(record[name] == level) if level is not None else float(record[name]) for name, level in columns]


matrix = numpy.array([encode(record) for record in features.to_dict("records")])
model = xgboost.XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.05, n_jobs=1)
model.fit(matrix, (table["Attrition"] == "Yes").astype(int))
explainer = shap.TreeExplainer(model)
fields = {name: (str if name in levels else float, ...) for name in features}
Record = create_model("Record", **fields)
app = FastAPI()


@app.post("/predict")
def predict(record: Record):
    row = numpy.array([encode(record.model_dump())])
    probability = float(model.predict_proba(row)[0, 1])
    values = explainer.shap_values(row)[0]
    by_field = {}
    for (name, _), value in zip(columns, values):
        by_field[name] = by_field.get(name, 0.0) + float(value)
    top = sorted(by_field.items(), key=lambda item: -abs(item[1]))[:3]
    return {"probability": probability, "decision": probability >= 0.5, "reasons": [{"field": name, "value": value} for name, value in top]}
