#!/usr/bin/env python3
"""What a newcomer does: clone, `make demo` until its log-in works, Ctrl-C, `make test`.

It runs on a bare machine, on which nothing is installed yet, and ends with 1 where that fails.
Between the two it serves the demo again, backs it up and exports a release with Python's own
checks on: nothing may be left open.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

SECONDS = 600
PRINTED_LOG_IN = r"(http\S+/login\S*)\s+(\S+@\S+)\s+(\S+)"
WITH_CHECKS = [".venv/bin/python", "-X", "dev", "-m", "wbtest"]
# Python also warns that granian forks beside a thread of its own, which we can’t change.
FAULTS = ("Traceback", "ResourceWarning")


@contextmanager
def running(command, until):
    """Yield what matched ``until`` in the output of a command, which Ctrl-C ends afterwards."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
    )
    timer = threading.Timer(SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    printed = ""
    try:
        while not (found := re.search(until, printed)):
            line = process.stdout.readline()
            printed += line
            if not line:
                sys.exit(f"{' '.join(command)} ended too early:\n{printed}")
        yield found
        os.killpg(process.pid, signal.SIGINT)
        printed += process.stdout.read()
        if process.wait() == -signal.SIGKILL:
            sys.exit(f"{' '.join(command)} did not end on Ctrl-C:\n{printed}")
        refuse_faults(command, printed)
    finally:
        timer.cancel()


def refuse_faults(command, printed):
    """End with 1 where the output of a command has a fault in it."""
    if any(fault in printed for fault in FAULTS):
        sys.exit(f"{' '.join(command)} printed:\n{printed}")


def run_with_checks(*arguments):
    """Run a command of wbtest on the demo's data with Python's checks on."""
    done = subprocess.run(
        [*WITH_CHECKS, *arguments],
        env={**os.environ, "WBTEST_INSTANCE": "instance/demo"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    refuse_faults(arguments, done.stdout)
    if done.returncode:
        sys.exit(f"wbtest {arguments[0]} ended with {done.returncode}:\n{done.stdout}")


def log_in(address, email, password):
    """Log in by the form at this address. Ends with 1 where that shows no idea."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = browser.open(address).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
    fields = urlencode({"csrf_token": token, "email": email, "password": password})
    if "Larder" not in browser.open(address, fields.encode()).read().decode():
        sys.exit(f"the demo's log-in {email} does not work")


def main():
    subprocess.run(["git", "clone", "--quiet", "/srv/wbtest.git", "wbtest"], check=True)
    os.chdir("wbtest")
    began = time.monotonic()
    # Once without a locale, as on many a server, and below with one.
    with running(["make", "demo"], PRINTED_LOG_IN) as found:
        log_in(*found.groups())
        print(f"make demo: its log-in works after {time.monotonic() - began:.0f} s", flush=True)
    with running([*WITH_CHECKS, "demo"], PRINTED_LOG_IN):
        run_with_checks("backup", "copy.db")
        run_with_checks("export", "1", "--output", "release.docx")
    began = time.monotonic()
    done = subprocess.run(["make", "test"], env={**os.environ, "LANG": "C.UTF-8"}, check=False)
    print(f"make test: {time.monotonic() - began:.0f} s", flush=True)
    sys.exit(done.returncode)


if __name__ == "__main__":
    os.chdir(os.environ["HOME"])
    print(f"Python {sys.version.partition(' ')[0]}", flush=True)
    main()
