"""Compares ONNX files of every candidate, as onnxruntime scores them, with the probabilities of our own engine.

Usage: onnx-check.py FOLDER, with what the example `onnx_cases` of the crate `exchange` has written there. Exits with 1 when a probability
differs by more than 1e-6, or a case is missing.
"""

import contextlib
import csv
import pathlib
import shutil
import sys

import numpy as np
import onnx
import onnxruntime

LIMIT = 1e-6


def feeds(session, rows):
    result = {}
    for tensor in session.get_inputs():
        texts = [row[tensor.name] for row in rows]
        if tensor.type == "tensor(string)":
            values = np.array(texts, dtype=object)
        else:
            values = np.array([float(text) if text else np.nan for text in texts], dtype=np.float64)
        result[tensor.name] = values.reshape(-1, 1)
    return result


def recipe(folder):
    """Runs the example of docs/model-formats.md as it is written there."""
    text = (pathlib.Path(__file__).parent.parent / "docs/model-formats.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    shutil.copy(folder / "attrition.gradient_boosting.onnx", folder / "model.onnx")
    scope = {}
    with contextlib.chdir(folder):
        exec(code, scope)
    probability = scope["probability"]
    assert probability.shape == (1, 1) and 0 < probability[0, 0] < 1, probability
    print(f"recipe of docs/model-formats.md: {probability[0, 0]:.4f}")


def main(folder):
    worst, compared = 0.0, 0
    for file in sorted(folder.glob("*.expected.csv")):
        data = file.name.split(".")[0]
        with open(folder / f"{data}.rows.csv", newline="") as stream:
            rows = list(csv.DictReader(stream))
        with open(file, newline="") as stream:
            expected = list(csv.DictReader(stream))
        for candidate in expected[0]:
            path = folder / f"{data}.{candidate}.onnx"
            onnx.checker.check_model(onnx.load(path), full_check=True)
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            (scores,) = session.run(None, feeds(session, rows))
            wanted = np.array([float(row[candidate]) for row in expected])
            difference = float(np.abs(scores[:, 0] - wanted).max())
            alone = session.run(None, {name: values[:1] for name, values in feeds(session, rows).items()})[0]
            difference = max(difference, abs(float(alone[0, 0]) - wanted[0]))
            print(f"{data:<10} {candidate:<24} {len(rows):>6} rows  largest difference {difference:.2e}  {path.stat().st_size} bytes")
            worst, compared = max(worst, difference), compared + 1
    recipe(folder)
    print(f"onnxruntime {onnxruntime.__version__}: {compared} models, largest difference {worst:.2e}")
    return 0 if compared and worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
