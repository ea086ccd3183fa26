"""The bot killed again and again under load, and what it acknowledged held against what it has: `make crash`."""
