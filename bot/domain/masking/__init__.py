"""The one mask for everything that leaves the bot: secrets and private addresses become `[masked #n]`."""

from bot.domain.masking.mask import Finding, Mask, Masked, mask
from bot.domain.masking.rules import Rule

__all__ = ["Finding", "Mask", "Masked", "Rule", "mask"]
