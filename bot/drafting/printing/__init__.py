"""A document's Markdown as HTML, PDF and Word, one reading for all. Knows no fact of the draft and no chat."""
