"""Calls one function of answer.py: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.

The answer is imported, as whoever calls its function would do, and stays a module: what looks itself up finds itself.
"""
import importlib
import json
import os


def find(module, name):
    function = getattr(module, name, None)
    if not callable(function) and hasattr(module, "Solution"):
        function = getattr(module.Solution(), name, None)
    if not callable(function):
        raise SystemExit("there is no function " + name)
    return function


def refuse_twins(pairs):
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("two keys that are one in JSON")
    return record


def write(result):
    """As JSON; what is none is not guessed, but said behind a mark."""
    try:
        text = json.dumps(result, allow_nan=False)
        if "{" in text:
            json.loads(text, object_pairs_hook=refuse_twins)
        return text
    except (TypeError, ValueError) as error:
        return "!" + str(error)


def main():
    with os.fdopen(4, encoding="utf-8") as source:
        call = json.load(source)
    function = find(importlib.import_module("answer"), call["name"])
    result = write(function(*call["arguments"]))
    with os.fdopen(3, "w", encoding="utf-8", errors="backslashreplace") as channel:
        channel.write(call["nonce"] + "\n" + result)


main()
