"""From a release in Markdown to a running experiment, with nothing but Python's own library.

WBTEST_URL=https://try.example.com WBTEST_TOKEN=wbt_… WBTEST_APPROVER=wbt_… \
    python3 markdown_to_experiment.py release.md experiment.json
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path


def ask(path, body=None, who="WBTEST_TOKEN"):
    """GET, or POST a body once however often it is sent; problems end the script in a sentence."""
    headers = {"Authorization": f"Bearer {os.environ[who]}", "Content-Type": "application/json"}
    if body is not None:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{os.environ['WBTEST_URL']}/api/v1{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{path}: {json.load(error)['detail']}")


text, draft = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
release = f"/releases/{ask('/releases/import', {'text': text})['id']}"
revision = f"{release}/revisions/{ask(f'{release}/revisions', {})['number']}"
# The author can neither approve the text nor start its test: that takes a second person.
ask(f"{revision}/approvals", {}, "WBTEST_APPROVER")
experiment = f"/experiments/{ask(f'{release}/experiments', json.loads(draft))['id']}"
found = ask(f"{experiment}/launch")["findings"]
for each in found:
    print(f"{each['kind']}: {each['sentence']}", file=sys.stderr)
seen = [each["what"] for each in found if each["kind"] == "warning"]
ask(f"{experiment}/launch", {"seen": seen})
started = ask(f"{experiment}/start", {}, "WBTEST_APPROVER")
print(started["id"], started["url"])
