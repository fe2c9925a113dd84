#!/usr/bin/env python3
"""Asks a gateway for a private inference, with Python's standard library alone.

    echo 0.1 0.2 0.3 0.4 | examples/clients/client.py hall

The numbers of the model's one input come from standard input, in the order of its dimensions. A line
is printed for each output: its name and its values. LEPCNN_URL is the gateway's address,
LEPCNN_TOKEN_FILE a file with its token where it asks for one.
"""

import json
import math
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

TRIES = 5
TIMEOUT_SECONDS = 120
LATER = (429, 503)

# No proxy: it would see the input.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(url, body=None):
    """Asks one URL, again while the gateway says that it is busy; gives the JSON of the answer."""
    headers = {}
    token_file = os.environ.get("LEPCNN_TOKEN_FILE")
    if token_file:
        with open(token_file, encoding="utf-8") as file:
            headers["Authorization"] = "Bearer " + file.read().strip()
    data = None if body is None else json.dumps(body).encode()
    for left in reversed(range(TRIES)):
        try:
            request = urllib.request.Request(url, data, headers)
            with OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code not in LATER or left == 0:
                sys.exit(f"client.py: {url} answered {error.code}: {text}")
            time.sleep(int(error.headers.get("Retry-After", "1")))
        except urllib.error.URLError as error:
            sys.exit(f"client.py: no answer from {url}: {error.reason}")


def request_of(specs, words):
    """The request for numbers as text; an id of its own makes it safe to send again."""
    if len(specs) != 1:
        sys.exit(f"client.py: expected a model of one input, found {len(specs)}")
    spec = specs[0]
    number = float if spec["datatype"].startswith("FP") else int
    try:
        data = [number(word) for word in words]
    except ValueError as error:
        sys.exit(f"client.py: input '{spec['name']}' is {spec['datatype']}: {error}")
    if len(data) != math.prod(spec["shape"]):
        sys.exit(
            f"client.py: input '{spec['name']}' has dimensions {spec['shape']},"
            f" found {len(data)} numbers"
        )
    tensor = {key: spec[key] for key in ("name", "shape", "datatype")}
    return {"id": str(uuid.uuid4()), "inputs": [{**tensor, "data": data}]}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: client.py MODEL < NUMBERS")
    gateway = os.environ.get("LEPCNN_URL", "http://localhost:8000")
    model = gateway + "/v2/models/" + urllib.parse.quote(sys.argv[1], safe="")
    request = request_of(call(model)["inputs"], sys.stdin.read().split())
    for output in call(model + "/infer", request)["outputs"]:
        print(output["name"], json.dumps(output["data"]))


if __name__ == "__main__":
    main()
