"""F24: the secret key is missing, easy to guess, or another one than before."""

import secrets
from dataclasses import replace
from pathlib import Path

from drills import place as places
from drills.clients import find_token
from drills.outcome import Drill, Found
from drills.owner import Owner
from drills.proof import dashboard
from drills.rush import rush
from drills.server import eventually, serving

SIGN_UPS = 20


def change(folder: Path) -> Found:
    """Serve it with the key that was made, refuse a bad one, and serve it with another."""
    place = places.make(folder / "instance")
    made = (place.folder / "secret_key").read_text()
    mode = (place.folder / "secret_key").stat().st_mode & 0o777
    easy = replace(place, more={"WBTEST_SECRET_KEY": "changeme"}).run("serve")
    with serving(place) as server:
        owner = Owner(place.url)
        emails = [f"visitor-{number}@example.com" for number in range(SIGN_UPS)]
        rush(server, folder / "ledger.jsonl", emails, within=0.5)
        form = find_token(server.get(f"/p/{place.slug}")[1])
        before = dashboard(server)
        server.end()
    other = replace(place, more={"WBTEST_SECRET_KEY": secrets.token_urlsafe(48)})
    with serving(other) as server:
        status, text = owner.get("/team")
        stored = eventually(lambda: dashboard(server)["variants"] == before["variants"], 10)
        page = server.get(f"/p/{place.slug}")
        code, _ = server.end()
    checks = {
        f"a key of 8 letters: exit code {easy.returncode}": easy.returncode == 2,
        "the fix is not said": "WBTEST_SECRET_KEY is too easy to guess" in easy.stderr,
        f"the key that was made: {len(made)} characters, {mode:o}": len(made) >= 64
        and mode == 0o600,
        f"the old session gives {status}": status == 200 and 'name="password"' in text,
        "the figures are others": stored,
        "the page's own forms are others": page[0] == 200
        and find_token(page[1]).split(":")[0] == form.split(":")[0],
        f"exit code {code}": code == 0,
    }
    return Found(
        f"missing: made once, {len(made)} random characters, mode {mode:o}; easy to guess: exit "
        f"code {easy.returncode}, with the fix; another: the owner is asked to log in, "
        f"{SIGN_UPS} sign-ups and all figures as before, the page 200",
        [sentence for sentence, is_so in checks.items() if not is_so],
    )


DRILLS = [
    Drill(
        "F24",
        "WBTEST_SECRET_KEY is missing, easy to guess, another than before",
        "made once; refused with the fix; everybody logs in anew, sign-ups and figures intact",
        change,
        is_patient=True,
    )
]
