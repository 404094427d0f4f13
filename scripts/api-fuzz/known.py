"""Prints the settings of Schemathesis with ids that the server has: most requests then reach something.

Usage: known.py URL TOKEN.
"""

import json
import sys
import urllib.request
from pathlib import Path

URL, TOKEN = sys.argv[1:3]
HERE = f"{URL}/api/v1/use-cases/attrition"


def first(address, key):
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request) as answer:
        items = json.load(answer)["items"]
    return items[0][key] if items else "none"


KNOWN = {
    "use_case": "attrition",
    "version": 1,
    "dataset": first(f"{HERE}/datasets", "id"),
    "run": first(f"{HERE}/runs", "id"),
    "job": first(f"{HERE}/jobs", "id"),
    "check": first(f"{HERE}/drift-checks", "check_id"),
    "cycle": first(f"{HERE}/cycles", "id"),
    "person": first(f"{HERE}/people?limit=1", "id"),
    "import": first(f"{HERE}/outcomes", "import_id"),
    "alert": first(f"{URL}/api/v1/alerts?state=all", "id"),
}
print(Path(__file__).with_name("schemathesis.toml").read_text())
print("[parameters]")
for name, value in KNOWN.items():
    print(f'"path.{name}" = {json.dumps(value)}')
