"""From a running experiment to a final decision, with nothing but Python's own library.

It ends the experiment, prints what the sealed rule says, and decides; against the rule, or where it
says nothing, a second person has to approve it too.

WBTEST_URL=https://try.example.com WBTEST_APPROVER=wbt_… WBTEST_SECOND=wbt_… \
    python3 experiment_to_decision.py 7 iterate "Too few visitors to tell. We’ll try more shops."
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid


def ask(path, body=None, who="WBTEST_APPROVER"):
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


number, choice, reason = sys.argv[1:4]
experiment = f"/experiments/{number}"
if ask(experiment)["state"] != "ended":
    ask(f"{experiment}/end", {"why": reason})
read = ask(f"{experiment}/results")
print(f"The rule says {read['recommendation']}: {read['why']}")
# The mark names the figures read above. If they say something else by now, nothing is decided.
decision = {"choice": choice, "reason": reason, "mark": read["mark"]}
paper = ask(f"{experiment}/decisions", decision)
if paper["state"] == "waiting" and "WBTEST_SECOND" in os.environ:
    second = f"{experiment}/decisions/{paper['number']}/second"
    paper = ask(second, {}, "WBTEST_SECOND")
print(f"{choice}: {paper['state']}")
