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


def own(value, kind):
    """A value of JSON as Python has it, where its type says more than JSON."""
    if value is None:
        return None
    if kind["kind"] == "optional":
        return own(value, kind["item"])
    if kind["kind"] == "list":
        return [own(item, kind["item"]) for item in value]
    if kind["kind"] == "tuple":
        return tuple(own(item, each) for item, each in zip(value, kind["items"]))
    if kind["kind"] == "map":
        read_key = int if kind["key"] == "integer" else str
        return {read_key(key): own(item, kind["item"]) for key, item in value.items()}
    return value


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
    arguments = call["arguments"]
    if "parameters" in call:
        arguments = [own(value, kind) for value, kind in zip(arguments, call["parameters"])]
    result = write(function(*arguments))
    with os.fdopen(3, "w", encoding="utf-8", errors="backslashreplace") as channel:
        channel.write(call["nonce"] + "\n" + result)


main()
