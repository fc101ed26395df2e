"""The shape of the handlers."""

import ast
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_handlers_read_call_and_answer() -> None:
    """Their bodies are short; what is longer belongs into the service."""
    long = []
    for path in sorted(PROJECT.glob("callsvc/*/*api.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                "operation" in ast.dump(one) for one in node.decorator_list
            ):
                body = [one for one in node.body if not isinstance(one, ast.Expr)]
                if len(body) > 8:
                    long.append(f"{path.name}:{node.name}")
    assert long == []
