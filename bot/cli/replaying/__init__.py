"""Whole incidents played from a file: with a workspace and a bot of their own and one set clock."""
