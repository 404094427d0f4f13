"""Clients that no program should be: broken JSON, 100 MB, a slow sender, a wrong type, thousands of connections.

Usage: attacks.py URL TOKEN. Prints each answer; exits with 1 when one is not as it should be or the server is gone.
"""

import http.client
import json
import resource
import socket
import sys
import time
from urllib.parse import urlsplit

URL, TOKEN = urlsplit(sys.argv[1]), sys.argv[2]
HOST, PORT = URL.hostname, URL.port
AUTH = {"Authorization": f"Bearer {TOKEN}"}
JSON = {**AUTH, "Content-Type": "application/json"}
failures = []


def ask(method, path, body=None, headers=JSON):
    connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (BrokenPipeError, ConnectionResetError):
        # The server has answered and closed before all was sent.
        try:
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            return 0, b"closed"
    finally:
        connection.close()


def expect(name, got, wanted):
    good = got in wanted if isinstance(wanted, (set, tuple)) else got == wanted
    print(f"{'ok  ' if good else 'FAIL'} {name}: {got}")
    if not good:
        failures.append(name)


for name, body in [
    ("broken JSON", b'{"use_case": '),
    ("no UTF-8", b'{"use_case": "\xff\xfe"}'),
    ("a list for an object", b"[]"),
    ("two documents", b"{} {}"),
    ("nothing", b""),
]:
    status, answer = ask("POST", "/api/v1/predict", body)
    expect(name, status, (400, 422))
    expect(f"{name}: problem details", "code" in json.loads(answer), True)
expect("10 000 levels", ask("POST", "/api/v1/predict", b'{"use_case": ' + b"[" * 10_000)[0], (400, 422))
expect("a wrong type", ask("POST", "/api/v1/predict", b"{}", {**AUTH, "Content-Type": "text/xml"})[0], 415)
expect("no type", ask("POST", "/api/v1/predict", b"{}", AUTH)[0], 415)
expect("100 MB of JSON", ask("POST", "/api/v1/predict", b" " * (100 << 20))[0], (413, 0))
form = {**AUTH, "Content-Type": "multipart/form-data; boundary=x"}
part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
expect("100 MB as a file", ask("POST", "/api/v1/use-cases/attrition/datasets", part + b"a" * (100 << 20), form)[0], (413, 0))
expect("a form that ends early", ask("POST", "/api/v1/use-cases/attrition/datasets", part, form)[0], (400, 422))
expect("a long address", ask("GET", "/api/v1/" + "a" * 60_000)[0], (404, 414, 431))
expect("a header of 5 MB", ask("GET", "/api/v1/use-cases", headers={**AUTH, "X": "a" * 5_000_000})[0], (431, 0))

# Senders that never end hold a connection and nothing else.
slow = []
for _ in range(200):
    connection = socket.create_connection((HOST, PORT))
    head = f"POST /api/v1/predict HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    connection.sendall(head.encode())
    slow.append(connection)
one = slow[0]
began = time.time()
expect("beside 200 slow senders", ask("GET", "/api/v1/use-cases")[0], 200)
expect("beside 200 slow senders, within a second", time.time() - began < 1, True)
one.settimeout(70)
expect("a slow sender after a minute", one.recv(100).split(b" ")[1:2], [b"408"])
for connection in slow:
    connection.close()

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
wanted = min(10_000, hard - 100)
idle = []
try:
    for _ in range(wanted):
        idle.append(socket.create_connection((HOST, PORT), timeout=10))
except OSError as error:
    print(f"     stopped at {len(idle)} connections: {error}")
print(f"     {len(idle)} idle connections")
status = 0
for attempt in range(20):
    try:
        status = ask("GET", "/healthz")[0]
    except OSError:
        status = 0
    if status == 200:
        break
    time.sleep(0.5)
print(f"     while they are open: {status}")
for connection in idle:
    connection.close()
time.sleep(2)
expect("after them", ask("GET", "/api/v1/use-cases")[0], 200)
sys.exit(1 if failures else 0)
