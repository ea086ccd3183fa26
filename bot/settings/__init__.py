"""Everything an operator can set, read once at start with all faults told together. Knows no Slack and no database."""

from bot.settings.loading import load
from bot.settings.model import Role, Secret, Settings, Severity, Status
from bot.settings.refusal import Fault, SettingsError

__all__ = ["Fault", "Role", "Secret", "Settings", "SettingsError", "Severity", "Status", "load"]
