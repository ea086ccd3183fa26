"""Whole incidents played from a file: a workspace and a bot of their own, the clock standing where the script stands."""
