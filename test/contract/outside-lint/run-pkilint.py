"""Runs commands of pkilint in one process, because starting Python for each would take half a second.

Each line of standard input is a JSON array: a command, then its arguments. Each line of standard output is its report.
"""

import contextlib
import importlib
import io
import json
import sys

for line in sys.stdin:
    command, *arguments = json.loads(line)
    report = io.StringIO()
    with contextlib.redirect_stdout(report):
        importlib.import_module(f"pkilint.bin.{command}").main(["lint", "--format", "JSON", *arguments])
    print(report.getvalue().strip())
