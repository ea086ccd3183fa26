"""What it costs: each table beside a bare Bolt app on the same machine in the same run. Never part of the package."""
