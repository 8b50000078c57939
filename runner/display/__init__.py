"""What is shown while jobs work: live on a terminal, plain lines, groups of lines in CI.

In come the calls of an observer, out goes the terminal. What a result means is said in `report`.
"""
