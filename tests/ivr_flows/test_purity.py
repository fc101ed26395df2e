"""The engine imports no framework and nothing of the service, and only its command line does I/O."""

import ast
from importlib.resources import files

ALLOWED = {"ivr_flows", "babel", "click", "jsonschema", "ruamel"}
STANDARD = {
    "__future__", "abc", "collections", "copy", "dataclasses", "datetime", "difflib", "functools", "hashlib",
    "importlib", "itertools", "json", "math", "pathlib", "re", "types", "typing", "unicodedata",
}  # fmt: skip


def sources():
    waiting = [files("ivr_flows")]
    while waiting:
        for item in waiting.pop().iterdir():
            if item.is_dir() and item.name != "__pycache__":
                waiting.append(item)
            elif item.name.endswith(".py"):
                yield item


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def test_only_the_standard_library_and_four_others_are_imported():
    for source in sources():
        tops = {name.partition(".")[0] for name in imported(ast.parse(source.read_text("utf-8")))}
        assert tops <= ALLOWED | STANDARD, source.name


def test_only_the_command_line_knows_paths_and_the_clock():
    for source in sources():
        if source.name != "cli.py":
            text = source.read_text("utf-8")
            assert "pathlib" not in text, source.name
            assert ".now(" not in text, source.name
            assert "click" not in set(imported(ast.parse(text))), source.name


def test_nothing_is_ever_evaluated_as_python():
    for source in sources():
        calls = (
            node.func for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)
        )
        assert not {call.id for call in calls if isinstance(call, ast.Name)} & {
            "eval",
            "exec",
            "compile",
            "open",
        }
