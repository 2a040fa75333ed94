"""Long attacks on vaults: kills, flips, cuts, full disks, random use, searches for plain text.

Each is a command, `python -m tests.campaigns.<name> --count N --seed S --out results.json`, that
goes on where its results file ends. Short versions of all run in `test_short.py`.
"""
