"""Postmortems that somebody wrote already: read into blocks, sections and facts. Knows no record and no file."""
