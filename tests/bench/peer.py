"""A page that flask-split tests, as its documentation shows it. Runs where that is installed."""

import os

from flask import Flask
from flask_split import ab_test, split

BODY = "x" * int(os.environ.get("BENCH_BYTES", "6000"))

app = Flask(__name__)
app.config["SECRET_KEY"] = "of a benchmark"
app.config["REDIS_URL"] = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379")
app.register_blueprint(split)


@app.get("/p/bench")
def landing() -> str:
    """The least that a page under test needs."""
    return f"<h1>{ab_test('headline', 'A', 'B')}</h1>{BODY}"
