"""What a running bot answers over HTTP: its health, its readiness, its figures, and what others hang on it."""

from bot.serving.health import Health
from bot.serving.server import Handler, Server

__all__ = ["Handler", "Health", "Server"]
