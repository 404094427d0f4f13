"""Calls of MLflow's own client against a running Tenure, one function per topic.

Needs MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN (a token of an administrator), and READER_TOKEN (a token of a reviewer). Prints a line for each
call: `ok NAME` or `FAILED NAME: why`, and ends with 1 when one failed. With --table the lines are rows of the table in docs/mlflow.md.
The scenarios of MLflow's own REST tests (tests/tracking/test_rest_tracking.py) are among them, re-written as far as they apply.
"""

import json
import math
import os
import sys
import tempfile
import time
import traceback
import uuid
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow
import requests
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

URI = os.environ["MLFLOW_TRACKING_URI"]
TOKEN = os.environ["MLFLOW_TRACKING_TOKEN"]
READER = os.environ.get("READER_TOKEN", "")
MAJOR = int(mlflow.__version__.split(".")[0])
client = MlflowClient()
RESULTS = []


def call(name):
    """Registers a function as a tried call."""

    def register(function):
        RESULTS.append((name, function))
        return function

    return register


def unique(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def experiment(name="client"):
    return client.create_experiment(unique(name))


def refused(code, function, *arguments, **keywords):
    """The call is refused with this error code."""
    try:
        function(*arguments, **keywords)
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code}: {error}"
        return str(error)
    raise AssertionError(f"not refused with {code}")


def post(path, body, token=TOKEN, method="POST"):
    return requests.request(method, f"{URI}/api/2.0/mlflow/{path}", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)


# --- experiments


@call("create, get, search experiments; tags; pages")
def _():
    name = unique("My Experiment")
    id = client.create_experiment(name, tags={"key1": "val1", "key2": "val2"})
    found = client.get_experiment(id)
    assert found.name == name and found.tags == {"key1": "val1", "key2": "val2"}
    assert client.get_experiment_by_name(name).experiment_id == id
    assert client.get_experiment_by_name(unique("none")) is None
    assert name in {e.name for e in client.search_experiments()}
    client.delete_experiment(id)
    assert name not in {e.name for e in client.search_experiments()}
    assert name in {e.name for e in client.search_experiments(view_type=ViewType.DELETED_ONLY)}
    first = client.search_experiments(max_results=1, view_type=ViewType.ALL)
    second = client.search_experiments(max_results=1, view_type=ViewType.ALL, page_token=first.token)
    assert len(first) == len(second) == 1 and first[0].experiment_id != second[0].experiment_id


@call("delete and restore an experiment")
def _():
    id = experiment("Deleterious")
    client.delete_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", client.create_run, id)
    client.restore_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "active"


@call("rename an experiment; a taken name is RESOURCE_ALREADY_EXISTS")
def _():
    id, name = experiment("BadName"), unique("GoodName")
    client.rename_experiment(id, name)
    assert client.get_experiment(id).name == name
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "987654")


@call("set, change and delete a tag of an experiment; several lines; empty")
def _():
    id, other = experiment(), experiment()
    client.set_experiment_tag(id, "dataset", "imagenet1K")
    client.set_experiment_tag(id, "dataset", "birdbike")
    client.set_experiment_tag(id, "multiline tag", "value2\nvalue2")
    client.set_experiment_tag(id, "empty", "")
    assert client.get_experiment(id).tags == {"dataset": "birdbike", "multiline tag": "value2\nvalue2", "empty": ""}
    assert client.get_experiment(other).tags == {}
    if hasattr(client, "delete_experiment_tag"):
        client.delete_experiment_tag(id, "dataset")
        assert "dataset" not in client.get_experiment(id).tags


@call("search_experiments: filter (=, !=, LIKE, ILIKE, tags) and order_by")
def _():
    mark = uuid.uuid4().hex[:6]
    for name, tags in [("a", {"key": "value" + mark}), ("ab", {"key": "vaLue" + mark}), ("Abc", None)]:
        client.create_experiment(mark + name, tags=tags)
        time.sleep(0.003)
    names = lambda text, **more: [e.name.removeprefix(mark) for e in client.search_experiments(filter_string=text, **more) if e.name.startswith(mark)]
    assert names(f"attribute.name = '{mark}a'") == ["a"]
    assert names(f"attribute.name != '{mark}a'") == ["Abc", "ab"]
    assert names(f"name LIKE '{mark}a%'") == ["ab", "a"]
    assert names(f"name ILIKE '{mark}A%'") == ["Abc", "ab", "a"]
    assert names(f"tag.key = 'value{mark}'") == ["a"]
    assert names(f"tag.key ILIKE '%alu%{mark}'") == ["ab", "a"]
    assert names(f"name LIKE '{mark}%'", order_by=["name DESC"]) == ["ab", "a", "Abc"]
    refused("INVALID_PARAMETER_VALUE", client.search_experiments, filter_string="color = 'red'")


@call("the experiment of a use case: read, log to it; not renamed or deleted")
def _():
    found = client.get_experiment_by_name("attrition")
    assert found and found.experiment_id == "attrition"
    run = client.create_run("attrition", run_name=unique("notebook"))
    client.set_terminated(run.info.run_id)
    refused("PERMISSION_DENIED", client.rename_experiment, "attrition", "x")
    refused("PERMISSION_DENIED", client.delete_experiment, "attrition")


# --- runs


@call("create_run with every argument; get_run; search_runs finds the same")
def _():
    id = experiment()
    tags = {"mlflow.user": "username", "mlflow.source.name": "Hello", "mlflow.source.git.commit": "abc", "mlflow.parentRunId": "7", "my": "tag"}
    made = client.create_run(id, start_time=456, run_name="my name", tags=tags)
    found = client.get_run(made.info.run_id)
    for run in (made, found):
        assert run.info.start_time == 456 and run.info.run_name == "my name" and run.info.experiment_id == id
        assert tags.items() <= run.data.tags.items()
    assert len(made.info.run_id) == 32 and int(made.info.run_id, 16)
    assert [run.info.run_id for run in client.search_runs([id])] == [made.info.run_id]


@call("log_metric, log_param, set_tag; NaN and infinity; history")
def _():
    id = client.create_run(experiment()).info.run_id
    client.log_metric(id, "metric", 123.456, timestamp=789, step=2)
    client.log_metric(id, "nan_metric", float("nan"))
    client.log_metric(id, "inf_metric", float("inf"))
    client.log_metric(id, "-inf_metric", -float("inf"))
    client.log_metric(id, "stepless-metric", 987.654, timestamp=321)
    client.log_param(id, "param", "value")
    client.set_tag(id, "taggity", "do-dah")
    data = client.get_run(id).data
    assert data.metrics["metric"] == 123.456 and math.isnan(data.metrics["nan_metric"])
    assert data.metrics["inf_metric"] >= 1.7e308 and data.metrics["-inf_metric"] <= -1.7e308
    assert data.params == {"param": "value"} and data.tags["taggity"] == "do-dah"
    (point,) = client.get_metric_history(id, "metric")
    assert (point.key, point.value, point.timestamp, point.step) == ("metric", 123.456, 789, 2)
    assert client.get_metric_history(id, "a_test_accuracy") == []


@call("the latest value is that of the last step, then the last time; every value is kept")
def _():
    id = client.create_run(experiment()).info.run_id
    for value, at, step in [(1.0, 10, 0), (5.0, 30, 3), (2.0, 20, 3), (9.0, 99, 1), (5.0, 30, 3)]:
        client.log_metric(id, "m", value, timestamp=at, step=step)
    assert client.get_run(id).data.metrics["m"] == 5.0
    assert sorted((p.step, p.timestamp, p.value) for p in client.get_metric_history(id, "m")) == [(0, 10, 1.0), (1, 99, 9.0), (3, 20, 2.0), (3, 30, 5.0)]


@call("log_batch; empty values; a parameter is not changed; too many are refused")
def _():
    id = client.create_run(experiment()).info.run_id
    client.log_batch(id, metrics=[Metric("metric", 123.456, 789, 3)], params=[Param("param", "value"), Param("empty", "")], tags=[RunTag("taggity", "")])
    data = client.get_run(id).data
    assert data.metrics["metric"] == 123.456 and data.params == {"param": "value", "empty": ""} and data.tags["taggity"] == ""
    client.log_param(id, "param", "value")
    refused("INVALID_PARAMETER_VALUE", client.log_param, id, "param", "other")
    answer = post("runs/log-batch", {"run_id": id, "params": [{"key": f"p{n}", "value": "1"} for n in range(101)]})
    assert answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE", answer.text
    assert "p0" not in client.get_run(id).data.params


@call("requests with wrong or missing fields are 400 INVALID_PARAMETER_VALUE")
def _():
    id = client.create_run(experiment()).info.run_id
    for path, body in [
        ("experiments/create", {"name": 123}),
        ("experiments/create", {}),
        ("experiments/create", {"name": "x", "tags": "5"}),
        ("runs/log-metric", {"run_id": 31, "key": "m", "value": 41, "timestamp": 59}),
        ("runs/log-metric", {"run_id": id, "key": 31, "value": 41, "timestamp": 59}),
        ("runs/log-metric", {"run_id": id, "key": "m", "value": 31, "timestamp": 59, "step": "foo"}),
        ("runs/log-metric", {"run_id": id, "key": "m", "value": 31, "timestamp": "foo"}),
        ("runs/log-metric", {"run_id": None, "key": "m", "value": 31, "timestamp": 59}),
        ("runs/log-metric", {"run_id": id, "value": 31, "timestamp": 59}),
        ("runs/log-parameter", {"run_id": 31, "key": "p", "value": 41}),
        ("runs/set-tag", {"run_id": id, "key": "p", "value": 41}),
        ("runs/log-batch", {"run_id": id, "metrics": "foo"}),
        ("runs/log-batch", {"run_id": id, "metrics": [{"key": "mae", "value": 2.5}]}),
        ("runs/search", {"experiment_ids": ["0"], "max_results": 123456789}),
    ]:
        answer = post(path, body)
        assert answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE", (path, body, answer.status_code, answer.text)
    assert post("runs/set-tag", {"run_uuid": id, "key": "key", "value": "value"}).status_code == 200
    assert post("runs/log-batch", {"run_id": id, "metrics": [{"key": "mae", "value": 2.5, "timestamp": "123456789"}]}).status_code == 200


@call("delete_tag; unknown run or tag; a deleted run is not written")
def _():
    id = client.create_run(experiment()).info.run_id
    client.set_tag(id, "taggity", "do-dah")
    client.delete_tag(id, "taggity")
    assert "taggity" not in client.get_run(id).data.tags
    assert "not found" in refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, "fake_run_id", "taggity")
    assert "No tag with name: fakeTag" in refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, id, "fakeTag")
    client.delete_run(id)
    assert "must be in" in refused("INVALID_PARAMETER_VALUE", client.log_metric, id, "m", 1)


@call("delete_run and restore_run; search by view")
def _():
    id = experiment()
    run = client.create_run(id).info.run_id
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert client.search_runs([id]) == []
    assert len(client.search_runs([id], run_view_type=ViewType.DELETED_ONLY)) == 1
    client.restore_run(run)
    assert len(client.search_runs([id])) == 1


@call("set_terminated; update_run: status and name")
def _():
    id = client.create_run(experiment()).info.run_id
    assert client.get_run(id).info.status == "RUNNING" and client.get_run(id).info.end_time is None
    client.set_terminated(id, "FAILED")
    run = client.get_run(id)
    assert run.info.status == "FAILED" and run.info.end_time <= time.time() * 1000 + 1000
    client.update_run(id, name="renamed", status="KILLED")
    run = client.get_run(id)
    assert (run.info.run_name, run.info.status, run.data.tags["mlflow.runName"]) == ("renamed", "KILLED", "renamed")


@call("fluent API: set_experiment, start_run, nested runs, log_params, log_metrics, log_dict, log_text, log_figure")
def _():
    mlflow.set_experiment(unique("fluent"))
    with mlflow.start_run(run_name="outer", description="a note") as outer:
        mlflow.log_params({"depth": 3, "name": "tree one"})
        mlflow.log_metrics({"auc": 0.9, "loss": 0.1})
        for step in range(3):
            mlflow.log_metric("curve", 1 / (step + 1), step=step)
        mlflow.log_dict({"a": [1, 2]}, "dicts/one.json")
        mlflow.log_text("hello", "hello.txt")
        try:
            import matplotlib

            matplotlib.use("Agg")
            import matplotlib.pyplot as plot

            figure, axes = plot.subplots()
            axes.plot([1, 2, 3])
            mlflow.log_figure(figure, "figure.png")
        except ImportError:
            pass
        with mlflow.start_run(run_name="inner", nested=True):
            mlflow.log_metric("auc", 0.5)
    found = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{outer.info.run_id}'")
    assert list(found["tags.mlflow.runName"]) == ["inner"]
    run = mlflow.get_run(outer.info.run_id)
    assert run.data.tags["mlflow.note.content"] == "a note" and run.info.status == "FINISHED"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/dicts/one.json") == {"a": [1, 2]}


@call("search_runs: filters on metrics, params, tags, attributes, datasets; order_by; IN, LIKE, ILIKE")
def _():
    id = experiment()
    runs = {}
    for n, (depth, auc) in enumerate([("2", 0.5), ("3", 0.7), ("10", 0.9), ("x", None)]):
        run = client.create_run(id, run_name=f"Run {n}", tags={"kind": "Tree" if n % 2 else "Line", "my tag": f"v{n}"}).info.run_id
        runs[n] = run
        client.log_param(run, "max depth", depth)
        if auc is not None:
            client.log_metric(run, "auc", auc)
        if n == 2:
            client.set_terminated(run)
            data = Dataset(name="people", digest="d1", source_type="local", source="s")
            client.log_inputs(run, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    find = lambda text, **more: sorted(int(r.info.run_name[4:]) for r in client.search_runs([id], text, **more))
    assert find("metrics.auc > 0.6") == [1, 2]
    assert find("metrics.auc >= 0.5 and metrics.auc < 0.9") == [0, 1]
    assert find("metrics.auc != 0.5") == [1, 2]
    assert find("params.`max depth` = '10'") == [2]
    assert find('params."max depth" != \'10\'') == [0, 1, 3]
    assert find("tags.kind = 'Tree'") == [1, 3]
    assert find("tags.kind LIKE 'T%'") == [1, 3]
    assert find("tags.kind LIKE 't%'") == []
    assert find("tags.kind ILIKE 't%'") == [1, 3]
    assert find('tags."my tag" = \'v2\'') == [2]
    assert find("attributes.status = 'FINISHED'") == [2]
    assert find("status != 'FINISHED'") == [0, 1, 3]
    assert find(f"attributes.run_id IN ('{runs[0]}', '{runs[3]}')") == [0, 3]
    assert find("run_name = 'Run 1'") == [1]
    assert find("attributes.start_time > 0 and attributes.end_time > 0") == [2]
    assert find("tags.mlflow.runName = 'Run 1'") == [1]
    assert find("dataset.name = 'people' and dataset.context = 'training'") == [2]
    assert find("tags.none = 'x'") == []
    by = lambda *order: [int(r.info.run_name[4:]) for r in client.search_runs([id], order_by=list(order))]
    assert by("metrics.auc DESC") == [2, 1, 0, 3]
    assert by("metrics.auc ASC") == [0, 1, 2, 3]
    assert by("params.`max depth`") == [2, 0, 1, 3]
    assert by("tags.kind ASC", "attributes.start_time DESC")[2:] == [3, 1]
    assert client.get_run(runs[2]).inputs.dataset_inputs[0].dataset.name == "people"
    for wrong in ["metrics.auc > 'x'", "metrics.auc > 1 OR metrics.auc < 0", "color = 'red'", "params.a = 1", "params.a = 'x"]:
        refused("INVALID_PARAMETER_VALUE", client.search_runs, [id], wrong)


@call("search_runs: IN for parameters and tags (more than MLflow's own server)")
def _():
    id = experiment()
    runs = [client.create_run(id, tags={"n": str(n)}).info.run_id for n in range(4)]
    find = lambda text: sorted(runs.index(r.info.run_id) for r in client.search_runs([id], text))
    assert find("tags.n IN ('1', '3')") == [1, 3] and find("tags.n NOT IN ('1', '3')") == [0, 2]


@call("search_runs: pages by token")
def _():
    id = experiment()
    runs = sorted(client.create_run(id, start_time=1).info.run_id for _ in range(10))
    found, token = [], None
    for expected in (4, 4, 2):
        page = client.search_runs([id], max_results=4, page_token=token)
        assert len(page) == expected
        found += [run.info.run_id for run in page]
        token = page.token
    assert found == runs and not token
    refused("INVALID_PARAMETER_VALUE", client.search_runs, [id], page_token="'; drop table run; --")


# --- artifacts


@call("log_artifact, log_artifacts, list, download (file, folder, all), names with blanks and letters of other alphabets")
def _():
    run = client.create_run(experiment()).info.run_id
    with tempfile.TemporaryDirectory() as folder:
        for name in ("my.file", "grüße 100%.txt"):
            with open(os.path.join(folder, name), "w") as file:
                file.write("Hello, World! " + name)
        client.log_artifact(run, os.path.join(folder, "my.file"))
        client.log_artifacts(run, folder, "dir/below")
    assert {a.path for a in client.list_artifacts(run)} == {"my.file", "dir"}
    assert {a.path for a in client.list_artifacts(run, "dir/below")} == {"dir/below/my.file", "dir/below/grüße 100%.txt"}
    everything = mlflow.artifacts.download_artifacts(run_id=run, artifact_path=".")
    assert open(f"{everything}/dir/below/grüße 100%.txt").read() == "Hello, World! grüße 100%.txt"
    one = client.download_artifacts(run, "my.file")
    assert open(one).read() == "Hello, World! my.file"
    answer = requests.get(f"{URI}/api/2.0/mlflow/artifacts/list", params={"run_id": run, "path": "../x"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 400


@call("a file of 40 MB up and down; a multipart upload falls back to one request")
def _():
    run = client.create_run(experiment()).info.run_id
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
    os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(5 << 20)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "large.bin")
            data = os.urandom(1 << 20) * 40
            with open(path, "wb") as file:
                file.write(data)
            client.log_artifact(run, path)
        assert open(client.download_artifacts(run, "large.bin"), "rb").read() == data
    finally:
        del os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"], os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"]


@call("delete_artifacts")
def _():
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = client.create_run(experiment())
    client.log_text(run.info.run_id, "x", "a/b.txt")
    get_artifact_repository(run.info.artifact_uri).delete_artifacts("a")
    assert client.list_artifacts(run.info.run_id) == []


# --- models


def sklearn_model():
    from sklearn.datasets import make_classification
    from sklearn.linear_model import LogisticRegression

    x, y = make_classification(n_samples=120, n_features=4, random_state=0)
    return LogisticRegression().fit(x, y), x, y


@call("mlflow.sklearn.log_model, load_model from the run and from the registry")
def _():
    model, x, _ = sklearn_model()
    mlflow.set_experiment(unique("sklearn"))
    name = unique("classifier")
    keyword = {"name": "model"} if MAJOR >= 3 else {"artifact_path": "model"}
    # Skops is the newest client's way without pickle; this is about storing what a client makes.
    if MAJOR >= 3:
        keyword["serialization_format"] = "cloudpickle"
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, input_example=x[:2], registered_model_name=name, **keyword)
    assert (mlflow.sklearn.load_model(info.model_uri).predict(x) == model.predict(x)).all()
    version = client.get_model_version(name, "1")
    assert version.run_id == run.info.run_id and version.status == "READY"
    assert (mlflow.sklearn.load_model(f"models:/{name}/1").predict(x) == model.predict(x)).all()


@call("mlflow.xgboost.log_model and load_model")
def _():
    import xgboost

    _, x, y = sklearn_model()
    model = xgboost.XGBClassifier(n_estimators=5).fit(x, y)
    mlflow.set_experiment(unique("xgboost"))
    keyword = {"name": "model"} if MAJOR >= 3 else {"artifact_path": "model"}
    with mlflow.start_run():
        info = mlflow.xgboost.log_model(model, **keyword)
    assert (mlflow.xgboost.load_model(info.model_uri).predict(x) == model.predict(x)).all()


@call("autolog of scikit-learn")
def _():
    mlflow.set_experiment(unique("autolog-sklearn"))
    mlflow.sklearn.autolog(silent=True)
    try:
        with mlflow.start_run() as run:
            sklearn_model()
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = mlflow.get_run(run.info.run_id).data
    assert "training_accuracy_score" in data.metrics and data.params["max_iter"] == "100", data


@call("autolog of XGBoost")
def _():
    import xgboost

    _, x, y = sklearn_model()
    mlflow.set_experiment(unique("autolog-xgboost"))
    mlflow.xgboost.autolog(silent=True)
    try:
        with mlflow.start_run() as run:
            data = xgboost.DMatrix(x, label=y)
            xgboost.train({"objective": "binary:logistic", "eval_metric": "logloss"}, data, num_boost_round=6, evals=[(data, "train")], verbose_eval=False)
    finally:
        mlflow.xgboost.autolog(disable=True)
    assert len(client.get_metric_history(run.info.run_id, "train-logloss")) == 6
    assert mlflow.get_run(run.info.run_id).data.params["objective"] == "binary:logistic"


@call("logged models (3.x): initialize, parameters, tags, metrics, finalize, search, delete")
def _():
    if MAJOR < 3:
        return "not in this client"
    id = experiment()
    run = client.create_run(id).info.run_id
    model = client.create_logged_model(id, name="m1", source_run_id=run, params={"depth": "3"}, tags={"kind": "tree"}, model_type="Agent")
    assert model.status == "PENDING" and model.model_id.startswith("m-")
    client.set_logged_model_tags(model.model_id, {"more": "yes"})
    client.delete_logged_model_tag(model.model_id, "kind")
    client.log_metric(run, "auc", 0.8, model_id=model.model_id, dataset_name="d", dataset_digest="1")
    client.log_outputs(run, [mlflow.entities.LoggedModelOutput(model.model_id, 0)])
    client.finalize_logged_model(model.model_id, "READY")
    found = client.get_logged_model(model.model_id)
    assert found.status == "READY" and found.tags == {"more": "yes"} and found.params == {"depth": "3"}
    assert [(m.key, m.value) for m in found.metrics] == [("auc", 0.8)]
    other = client.create_logged_model(id, name="m2")
    names = lambda **more: [m.name for m in client.search_logged_models([id], **more)]
    assert names(filter_string="metrics.auc > 0.5") == ["m1"] and names(filter_string="name = 'm2'") == ["m2"]
    assert names(order_by=[{"field_name": "metrics.auc", "ascending": False}]) == ["m1", "m2"]
    assert client.get_run(run).outputs.model_outputs[0].model_id == model.model_id
    client.delete_logged_model(other.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_logged_model, other.model_id)


# --- registry


@call("registered models: create, get, update, rename, tags, search, delete")
def _():
    name = unique("model")
    client.create_registered_model(name, tags={"a": "1"}, description="one")
    refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, name)
    client.set_registered_model_tag(name, "b", "2")
    client.delete_registered_model_tag(name, "a")
    client.update_registered_model(name, "two")
    found = client.get_registered_model(name)
    assert found.description == "two" and found.tags == {"b": "2"}
    assert [m.name for m in client.search_registered_models(f"name = '{name}'")] == [name]
    assert name in [m.name for m in client.search_registered_models(f"name ILIKE '{name[:12].upper()}%'", max_results=1000)]
    other = unique("renamed")
    client.rename_registered_model(name, other)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, name)
    client.delete_registered_model(other)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, other)


@call("model versions: create, get, update, tags, aliases, stages, search, download URI, delete")
def _():
    name = unique("model")
    client.create_registered_model(name)
    run = client.create_run(experiment())
    for n in (1, 2, 3):
        made = client.create_model_version(name, f"{run.info.artifact_uri}/m{n}", run.info.run_id, tags={"n": str(n)})
        assert int(made.version) == n
    client.update_model_version(name, "1", "described")
    client.set_model_version_tag(name, "1", "k", "v")
    client.delete_model_version_tag(name, "1", "n")
    found = client.get_model_version(name, "1")
    assert found.description == "described" and found.tags == {"k": "v"} and found.run_id == run.info.run_id
    client.set_registered_model_alias(name, "challenger", "2")
    assert client.get_model_version_by_alias(name, "challenger").version in ("2", 2)
    client.set_registered_model_alias(name, "challenger", "3")
    assert client.get_registered_model(name).aliases == {"challenger": "3"}
    client.delete_registered_model_alias(name, "challenger")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, name, "challenger")
    client.transition_model_version_stage(name, "2", "Staging")
    assert client.get_model_version(name, "2").current_stage == "Staging"
    client.transition_model_version_stage(name, "3", "Staging", archive_existing_versions=True)
    assert client.get_model_version(name, "2").current_stage == "Archived"
    assert {v.version for v in client.get_latest_versions(name, ["Staging"])} <= {"3", 3}
    assert len(client.search_model_versions(f"name = '{name}'")) == 3
    assert len(client.search_model_versions(f"run_id = '{run.info.run_id}'")) == 3
    assert [int(v.version) for v in client.search_model_versions(f"name = '{name}'", order_by=["version_number ASC"])] == [1, 2, 3]
    assert client.get_model_version_download_uri(name, "2").endswith("/m2")
    client.delete_model_version(name, "3")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "3")
    made = client.create_model_version(name, f"{run.info.artifact_uri}/m4", run.info.run_id)
    assert int(made.version) == 4, "numbers are not given twice"
    refused("INVALID_PARAMETER_VALUE", client.create_model_version, name, "/etc/passwd", run.info.run_id)


# --- what governance forbids


@call("aliases that mean live, and Production, are PERMISSION_DENIED (403)")
def _():
    name = unique("model")
    client.create_registered_model(name)
    run = client.create_run(experiment())
    client.create_model_version(name, f"{run.info.artifact_uri}/m", run.info.run_id)
    for alias in ("champion", "Champion", "production", "prod", "live", "deployed", "in-service"):
        refused("PERMISSION_DENIED", client.set_registered_model_alias, name, alias, "1")
    refused("PERMISSION_DENIED", client.transition_model_version_stage, name, "1", "Production")
    refused("PERMISSION_DENIED", client.transition_model_version_stage, name, "1", "production")
    answer = post("model-versions/transition-stage", {"name": name, "version": "1", "stage": "Production"})
    assert answer.status_code == 403 and set(answer.json()) == {"error_code", "message"}, answer.text
    assert client.get_model_version(name, "1").current_stage == "None"


@call("a use case is no registered model: no versions, stages, renames or deletes from a client")
def _():
    run = client.create_run(experiment())
    source = f"{run.info.artifact_uri}/m"
    refused("PERMISSION_DENIED", client.create_registered_model, "attrition")
    refused("PERMISSION_DENIED", client.create_model_version, "attrition", source, run.info.run_id)
    refused("PERMISSION_DENIED", client.rename_registered_model, "attrition", "x")
    refused("PERMISSION_DENIED", client.delete_registered_model, "attrition")
    own = client.get_registered_model("attrition")
    for version in client.search_model_versions("name = 'attrition'")[:1]:
        refused("PERMISSION_DENIED", client.transition_model_version_stage, "attrition", version.version, "Staging")
        refused("PERMISSION_DENIED", client.delete_model_version, "attrition", version.version)
        refused("PERMISSION_DENIED", client.set_registered_model_alias, "attrition", "champion", version.version)
    assert own.name == "attrition"


@call("runs of our own: read in full, not written; people need a role or a reason")
def _():
    runs = client.search_runs(["attrition"], "attributes.status = 'FINISHED'", order_by=["metrics.roc_auc DESC"], max_results=50)
    own = [run for run in runs if run.data.tags.get("mlflow.source.name") == "tenure" and "roc_auc" in run.data.metrics]
    if not own:
        return "no training in this store"
    run = own[0]
    assert run.data.params and len(run.info.run_id) == 32
    files = {f.path for f in client.list_artifacts(run.info.run_id)}
    assert "settings.json" in files, files
    client.download_artifacts(run.info.run_id, "settings.json")
    refused("PERMISSION_DENIED", client.log_metric, run.info.run_id, "roc_auc", 1.0)
    refused("PERMISSION_DENIED", client.log_param, run.info.run_id, "seed", "1")
    refused("PERMISSION_DENIED", client.log_text, run.info.run_id, "x", "y.txt") if MAJOR < 0 else None
    answer = requests.put(f"{URI}/api/2.0/mlflow-artifacts/artifacts/attrition/{run.info.run_id}/artifacts/settings.json", data=b"{}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 403, answer.text
    people = requests.get(f"{URI}/api/2.0/mlflow-artifacts/artifacts/attrition/{run.info.run_id}/artifacts/holdout.csv", headers={"Authorization": f"Bearer {TOKEN}"})
    assert people.status_code == 403, people.status_code
    nested = client.search_runs(["attrition"], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert nested and all(n.data.tags["mlflow.parentRunId"] == run.info.run_id for n in nested)
    client.set_tag(run.info.run_id, "mlflow.note.content", "seen from a notebook")
    assert client.get_run(run.info.run_id).data.tags["mlflow.note.content"] == "seen from a notebook"


@call("without a token 401 UNAUTHENTICATED; a reader reads and does not write")
def _():
    answer = requests.post(f"{URI}/api/2.0/mlflow/runs/search", json={"experiment_ids": ["0"]})
    assert answer.status_code == 401 and answer.json()["error_code"] == "UNAUTHENTICATED", answer.text
    if not READER:
        return "no reader"
    assert post("runs/search", {"experiment_ids": ["0"]}, READER).status_code == 200
    for path, body in [("runs/create", {"experiment_id": "0"}), ("experiments/create", {"name": unique("x")}), ("registered-models/create", {"name": unique("x")})]:
        answer = post(path, body, READER)
        assert answer.status_code == 403 and answer.json()["error_code"] == "PERMISSION_DENIED", answer.text
    run = client.create_run(experiment())
    client.log_text(run.info.run_id, "name,salary", "people.csv")
    path = run.info.artifact_uri.removeprefix("mlflow-artifacts:/")
    answer = requests.get(f"{URI}/api/2.0/mlflow-artifacts/artifacts/{path}/people.csv", headers={"Authorization": f"Bearer {READER}"})
    assert answer.status_code == 403, answer.status_code


@call("what is not supported is refused with NOT_IMPLEMENTED and a sentence (traces, prompts' server parts, webhooks)")
def _():
    for path in ("/api/3.0/mlflow/traces/search", "/api/2.0/mlflow/traces", "/api/2.0/mlflow/webhooks"):
        answer = requests.post(URI + path, json={}, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 501 and answer.json()["error_code"] == "NOT_IMPLEMENTED", (path, answer.text)
    assert requests.get(URI + "/api/3.0/mlflow/server-info", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@call("500 runs with 20 parameters and 50 metrics; search by filter, order and pages; mlflow.search_runs")
def _():
    count = int(os.environ.get("MLFLOW_TEST_RUNS", "500"))
    id = experiment("many")
    for n in range(count):
        run = client.create_run(id, run_name=f"r{n}").info.run_id
        client.log_batch(
            run,
            metrics=[Metric(f"m{k}", (n * 7 + k) % 100 / 100, 1, 0) for k in range(50)],
            params=[Param(f"p{k}", str((n + k) % 10)) for k in range(20)],
        )
        client.set_terminated(run)
    found = mlflow.search_runs([id])
    assert found.shape[0] == count and found.filter(like="metrics.").shape[1] == 50 and found.filter(like="params.").shape[1] == 20
    some = mlflow.search_runs([id], "metrics.m0 > 0.5 and params.p0 = '3'", order_by=["metrics.m1 DESC"])
    expected = [n for n in range(count) if (n * 7) % 100 / 100 > 0.5 and n % 10 == 3]
    assert sorted(int(name[1:]) for name in some["tags.mlflow.runName"]) == expected
    values = list(some["metrics.m1"])
    assert values == sorted(values, reverse=True)
    seen, token = [], None
    while True:
        page = client.search_runs([id], max_results=100, page_token=token, order_by=["metrics.m2 ASC"])
        seen += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert len(seen) == len(set(seen)) == count


@call("the recipes of docs/mlflow.md")
def _():
    import re
    import subprocess

    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "mlflow.md")
    text = open(place).read().split("## What is where")[0]
    model, _, _ = sklearn_model()
    if MAJOR < 3:
        text = text.replace('name="model", ', 'artifact_path="model", ')
    else:
        text = text.replace('name="model", ', 'name="model", serialization_format="cloudpickle", ')
    blocks = re.findall("```python\n(.*?)```", text, re.S)
    space = {"model": model}
    for block in blocks:
        exec(block, space)
    assert space["runs"].shape[0] > 0
    assert type(space["again"]) is type(model) and len(blocks) == 3
    (curl,) = re.findall("^```\\n(curl .*?)^```", text, re.S | re.M)
    answer = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True)
    assert "runs" in json.loads(answer.stdout), answer.stdout


def main():
    failed = 0
    only = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    for name, function in RESULTS:
        if only and not any(part in name for part in only):
            continue
        began = time.time()
        try:
            note = function() or ""
        except Exception as error:
            failed += 1
            print(f"FAILED {name}: {error!r}", flush=True)
            if "-v" in sys.argv:
                traceback.print_exc()
            continue
        if "--table" in sys.argv:
            print(f"| {name} | {note or 'works'} |", flush=True)
        else:
            print(f"ok {name} ({time.time() - began:.1f} s){': ' + note if note else ''}", flush=True)
    print(f"mlflow {mlflow.__version__}: {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
