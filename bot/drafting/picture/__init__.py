"""The timeline of a draft as a picture: places first, then a template, then pixels. Knows no chat and no store."""
