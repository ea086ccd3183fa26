"""GROUND: what an incident is. Knows no vendor, no clock, no input or output."""
