"""The floor's own Flask, under the same gunicorn: what can't be left out, and nothing else."""

from __future__ import annotations

import functools
import os
import threading
from typing import Any

import psycopg2
from flask import Flask, Response, jsonify, request
from psycopg2.extensions import connection
from pybit.unified_trading import HTTP
from redis import Redis

from bench.bare_worker import QUEUE

app = Flask(__name__)
app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
_one_at_a_time = threading.Lock()
_kept: dict[str, Any] = {"body": {}}


@app.get("/json")
def small() -> dict[str, str]:
    """A JSON view at its barest."""
    return {"status": "ok"}


@app.put("/body")
def keep_body() -> dict[str, str]:
    """What `GET /body` shall answer."""
    _kept["body"] = request.get_json()
    return {"status": "ok"}


@app.get("/body")
def body() -> Response:
    """An answer as long as somebody else's."""
    return jsonify(_kept["body"])


@app.post("/tap")
def tap() -> dict[str, Any]:
    """One request, one commit, one order through bare pybit."""
    wanted = request.get_json()
    with _one_at_a_time:
        with _database() as opened, opened.cursor() as cursor:
            cursor.execute("insert into bench_floor values (now())")
        answer = _exchange().place_order(**wanted)
    return {"order_id": answer["result"]["orderId"]}


@app.post("/job")
def job() -> dict[str, str]:
    """One request, one commit, one message: `bench.bare_worker` does the rest."""
    with _one_at_a_time, _database() as opened, opened.cursor() as cursor:
        cursor.execute("insert into bench_floor values (now())")
    _queue().rpush(QUEUE, request.get_data())
    return {"status": "accepted"}


@functools.cache
def _queue() -> Redis:
    return Redis.from_url(os.environ["REDIS_URL"])


@functools.cache
def _database() -> connection:
    return psycopg2.connect(os.environ["DATABASE_URL"])


@functools.cache
def _exchange() -> HTTP:
    client = HTTP(api_key=os.environ["BENCH_API_KEY"], api_secret=os.environ["BENCH_API_SECRET"])
    client.endpoint = os.environ["EBB_SANDBOX_URL"]
    return client
