"""The manual of webhooks says what the code does."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook as Signer

from wbtest.delivery.webhooks import KINDS, TEST
from wbtest.extensions import utc_now

MANUAL = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="


def is_ours() -> Callable[..., bool]:
    """The function that the manual gives to the other side."""
    [code] = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[..., bool] = names["is_ours"]
    return found


def test_it_lists_every_event() -> None:
    assert re.findall(r"^\| `([a-z.]+)` \|", MANUAL, re.MULTILINE) == [*KINDS, TEST]


def test_its_ten_lines_of_python_tell_ours_from_others() -> None:
    now = utc_now()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Signer(SECRET).sign("msg_1", now, "{}")
    old = headers | {"webhook-timestamp": str(int(time.time()) - 301)}

    assert is_ours()(SECRET, headers, b"{}")
    assert not is_ours()(SECRET, headers, b"{ }")
    assert not is_ours()(SECRET, old, b"{}")
