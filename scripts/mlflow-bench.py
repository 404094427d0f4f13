"""Times of the tracking API at HTTP level: the same bodies to MLflow's own server and to Tenure, one after the other.

    mlflow server --backend-store-uri sqlite:///mlflow.db --port 5000 &
    MLFLOW_TRACKING_TOKEN=… python scripts/mlflow-bench.py http://127.0.0.1:5000 http://127.0.0.1:3000

500 runs with 20 parameters and 50 metrics each (RUNS changes it); medians over 15 requests on one kept-alive connection (REPEAT changes it).
"""

import http.client
import json
import os
import statistics
import sys
import time
from urllib.parse import urlparse

RUNS = int(os.environ.get("RUNS", "500"))
REPEAT = int(os.environ.get("REPEAT", "15"))


class Server:
    def __init__(self, url):
        parts = urlparse(url)
        self.url = url
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        self.headers = {"Content-Type": "application/json"}
        if os.environ.get("MLFLOW_TRACKING_TOKEN"):
            self.headers["Authorization"] = "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]

    def post(self, path, body):
        """The answer and how long it took in milliseconds, until the last byte."""
        data = json.dumps(body).encode()
        began = time.perf_counter()
        self.connection.request("POST", "/api/2.0/mlflow/" + path, data, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, (path, answer.status, text[:300])
        return json.loads(text), took, len(text)


def measure(url):
    server, times = Server(url), {}
    note = lambda name, took: times.setdefault(name, []).append(took)
    experiment = server.post("experiments/create", {"name": f"bench {time.time_ns()}"})[0]["experiment_id"]
    for n in range(RUNS):
        made, took, _ = server.post("runs/create", {"experiment_id": experiment, "run_name": f"r{n}", "start_time": 1700000000000 + n, "tags": []})
        note("runs/create", took)
        run = made["run"]["info"]["run_id"]
        metrics = [{"key": f"m{k}", "value": (n * 7 + k) % 100 / 100, "timestamp": 1, "step": 0} for k in range(50)]
        params = [{"key": f"p{k}", "value": str((n + k) % 10)} for k in range(20)]
        note("runs/log-batch, 50 metrics and 20 parameters", server.post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": params})[1])
        if n < 100:
            note("runs/log-metric", server.post("runs/log-metric", {"run_id": run, "key": "loss", "value": 0.5, "timestamp": 2, "step": n})[1])
        note("runs/update", server.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 1700000100000})[1])
    all_runs = {"experiment_ids": [experiment], "max_results": 1000}
    searches = {
        "search, all runs": all_runs,
        "search, a metric and a parameter": all_runs | {"filter": "metrics.m0 > 0.5 and params.p0 = '3'"},
        "search, 100 by a metric": all_runs | {"max_results": 100, "order_by": ["metrics.m1 DESC"]},
        "search, a tag that no run has": all_runs | {"filter": "tags.none = 'x'"},
    }
    found = {}
    for name, body in searches.items():
        answer, first, size = server.post("runs/search", body)
        note(name + ", first time", first)
        found[name] = (sorted(run["info"]["run_name"] for run in answer.get("runs", [])), size)
        for _ in range(REPEAT):
            note(name, server.post("runs/search", body)[1])
    return {name: statistics.median(values) for name, values in times.items()}, found


def main():
    theirs, ours = sys.argv[1], sys.argv[2]
    (their_times, their_runs), (our_times, our_runs) = measure(theirs), measure(ours)
    for name, (runs, _) in their_runs.items():
        assert runs == our_runs[name][0], name
    print("| request | MLflow, ms | Tenure, ms | times faster |\n|---|---|---|---|")
    for name, theirs in their_times.items():
        print(f"| {name} | {theirs:.1f} | {our_times[name]:.2f} | {theirs / our_times[name]:.1f} |")


main()
