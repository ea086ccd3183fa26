"""The incident bot: what it does. Knows its store, and never the local workspace but from the command line."""
