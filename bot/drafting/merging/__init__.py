"""A draft made again and what people edited of it, merged statement by statement. Knows no store and no template."""

from bot.drafting.merging.copied import Copy, copy_of, distance
from bot.drafting.merging.merge import Merged, merge
from bot.drafting.merging.sections import Section, portions, replaced, sections

__all__ = ["Copy", "Merged", "Section", "copy_of", "distance", "merge", "portions", "replaced", "sections"]
