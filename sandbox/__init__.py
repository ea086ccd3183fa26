"""A Slack workspace on this machine, for tests, replays and the demo: it knows nothing of the bot that connects to it.

    clock = SetClock(datetime(2024, 3, 15, 9, 50, tzinfo=UTC))       # or WallClock()
    ws = Workspace(Path("manifest.yml"), clock, team="acme")
    await ws.start()
    # The bot gets ws.api_url, ws.bot_token, ws.app_token (and ws.signing_secret) and the same clock.
    ana = ws.add_person("ana", name="Ana Reyes", tz="America/Los_Angeles")
    ops = await ws.add_channel("ops", members=["ana"])
    await ws.socket.connected()
    answer = await ana.types("/incident declare api down sev1", ops)  # answer.text, .failed, .buttons, .later
    message = await ana.says("pool is full", ops)
    await ana.reacts(message, "pushpin")
    await clock.advance(timedelta(minutes=1), ws.quiet)               # all that falls due runs at its own time
    ana.sees(ops)                                                     # what she reads there, rendered

The one transport is real: websockets and HTTP on 127.0.0.1. Scopes, events, commands and shortcuts come from the
manifest. `ws.calls`, `ws.acks` and `ws.refused` tell what the bot did; `ws.faults`, `ws.socket` and `ws.limits` make
life hard for it. All time is the clock's.
"""

from sandbox.answers import Answer, SubmitResult
from sandbox.channels import Channel
from sandbox.clock import Clock, SetClock, WallClock
from sandbox.courier import Delivery
from sandbox.errors import NotPossible
from sandbox.messages import Message
from sandbox.people import Person
from sandbox.roster import Group
from sandbox.seen import Button, Seen
from sandbox.views import View
from sandbox.webapi.call import CallRecord
from sandbox.workspace import Workspace

__all__ = [
    "Answer", "Button", "CallRecord", "Channel", "Clock", "Delivery", "Group", "Message", "NotPossible", "Person",
    "Seen", "SetClock", "SubmitResult", "View", "WallClock", "Workspace",
]  # fmt: skip
