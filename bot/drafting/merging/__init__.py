"""A draft made again and what people edited of it, merged statement by statement. Knows no store and no template."""

from bot.drafting.merging.merge import Merged, merge
from bot.drafting.merging.sections import Section, portions, replaced, sections

__all__ = ["Merged", "Section", "merge", "portions", "replaced", "sections"]
