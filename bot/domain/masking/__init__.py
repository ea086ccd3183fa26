"""The one mask for everything that leaves the bot: secrets and private addresses become `[masked #n]`."""

from bot.domain.masking.mask import Finding, Mask, Masked, mask

__all__ = ["Finding", "Mask", "Masked", "mask"]
