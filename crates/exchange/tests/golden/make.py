"""Writes the golden files beside it: models of other libraries on the public IBM data, their probabilities and SHAP values.

Usage: make.py IBM_FILE. Every 7th row lacks MonthlyIncome, every 11th OverTime (both indicators are then 0, as pandas.get_dummies writes them).
"""

import json
import pathlib
import sys

import lightgbm
import numpy as np
import onnxruntime
import pandas as pd
import skl2onnx
import sklearn
import xgboost
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FIELDS = ["MonthlyIncome", "DistanceFromHome", "OverTime", "JobRole", "YearsAtCompany", "JobSatisfaction"]
folder = pathlib.Path(__file__).parent
data = pd.read_csv(sys.argv[1])
target = (data["Attrition"] == "Yes").astype(int)
rows = np.arange(len(data))
frame = data[FIELDS].copy()
frame["MonthlyIncome"] = frame["MonthlyIncome"].where(rows % 7 != 0)
frame["OverTime"] = frame["OverTime"].where(rows % 11 != 0)
inputs = pd.get_dummies(frame).astype(float)
known = inputs.fillna(6500.0)
shown = rows[::21]


def write(name, library, version, scores, contributions=None):
    expected = {
        "library": library,
        "version": version,
        "inputs": list(inputs.columns),
        "rows": shown.tolist(),
        "probabilities": np.asarray(scores, dtype=float)[shown].tolist(),
    }
    if contributions is not None:
        expected["contributions"] = np.asarray(contributions, dtype=float)[shown].round(9).tolist()
    (folder / f"{name}.expected.json").write_text(json.dumps(expected))


model = xgboost.XGBClassifier(n_estimators=12, max_depth=3).fit(inputs, target)
model.save_model(folder / "xgboost.json")
contributions = model.get_booster().predict(xgboost.DMatrix(inputs), pred_contribs=True)
write("xgboost", "xgboost", xgboost.__version__, model.predict_proba(inputs)[:, 1], contributions)

model = lightgbm.LGBMClassifier(n_estimators=12, num_leaves=6, verbose=-1).fit(inputs, target)
model.booster_.save_model(folder / "lightgbm.txt")
write("lightgbm", "lightgbm", lightgbm.__version__, model.predict_proba(inputs)[:, 1], model.predict(inputs, pred_contrib=True))

kinds = {
    "onnx_forest": RandomForestClassifier(n_estimators=5, max_depth=4, random_state=0),
    "onnx_logistic": make_pipeline(StandardScaler(), LogisticRegression()),
}
for name, model in kinds.items():
    model.fit(known.values, target)
    file = skl2onnx.to_onnx(model, initial_types=[("X", FloatTensorType([None, known.shape[1]]))], options={"zipmap": False}).SerializeToString()
    (folder / f"{name}.onnx").write_bytes(file)
    scores = onnxruntime.InferenceSession(file).run(None, {"X": known.values.astype(np.float32)})[1][:, 1]
    write(name, "scikit-learn, skl2onnx, onnxruntime", f"{sklearn.__version__}, {skl2onnx.__version__}, {onnxruntime.__version__}", scores)
