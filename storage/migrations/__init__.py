"""How the tables came about, step by step; Alembic runs them. Knows nothing of what is in the tables."""
