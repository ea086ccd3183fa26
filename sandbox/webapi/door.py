"""The door of the Web API: reads a request, checks it in Slack's order, runs the method, answers or misbehaves."""

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import SlackError
from sandbox.faults import Fault
from sandbox.webapi import METHODS
from sandbox.webapi.call import Call, Caller, CallRecord
from sandbox.webapi.lookup import require_scope
from sandbox.webapi.rules import RULES

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]


class Door:
    """Answers `/api/<method>`."""

    def __init__(self, ws: "Workspace") -> None:
        self._ws = ws

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call of a method, from the request to the answer; every call is kept for tests to read."""
        ws = self._ws
        with ws.activity.under_way():
            args, token = await read_request(request)
            call = Call(ws, request.match_info["method"], args, self._kind_of(token))
            record = CallRecord(call.method, args, ws.clock.now(), call.caller)
            ws.calls.append(record)
            fault = ws.faults.take(call, "before")
            if fault is not None:
                response = await self._misbehave(request, fault, record)
                if response is not None:
                    return await self._send(request, response, call, record)
            response = self._answer(call, record)
            fault = ws.faults.take(call, "after")
            if fault is not None:
                response = await self._misbehave(request, fault, record) or response
            return await self._send(request, response, call, record)

    def _kind_of(self, token: str | None) -> Caller:
        if not token:
            return "none"
        return {self._ws.bot_token: "bot", self._ws.app_token: "app"}.get(token, "unknown")  # type: ignore[return-value]

    def _answer(self, call: Call, record: CallRecord) -> web.Response:
        wait = self._too_fast(call)
        if wait is not None:
            record.error = "ratelimited"
            return reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
        try:
            body: JSON = {"ok": True} | self._checked(call)
        except SlackError as refusal:
            record.error = refusal.error
            body = {"ok": False, "error": refusal.error} | refusal.more
        if call.warnings and body["ok"]:
            body["warning"] = ",".join(call.warnings)
            body.setdefault("response_metadata", {})["warnings"] = call.warnings
        record.answer = json.loads(json.dumps(body))
        rule = RULES.get(call.method)
        headers = {"x-slack-req-id": self._ws.ids.hex(32)}
        if call.caller == "bot":
            headers["x-oauth-scopes"] = ",".join(sorted(self._ws.manifest.scopes))
            headers["x-accepted-oauth-scopes"] = ",".join(rule.scopes) if rule else ""
        return reply(body, 200, headers)

    def _too_fast(self, call: Call) -> int | None:
        rule = RULES.get(call.method)
        return self._ws.limits.wait_for(call.method, rule.tier, call.text("channel")) if rule else None

    def _checked(self, call: Call) -> JSON:
        rule = RULES.get(call.method)
        if rule is None:
            raise SlackError("unknown_method", req_method=call.method)
        if call.method != "api.test":
            self._authorize(call, app_token=rule.app_token)
        require_scope(call, rule.scopes)
        missing = [name for name in rule.required if call.args.get(name) in (None, "")]
        if missing:
            raise SlackError("invalid_arguments", *(f"missing required field: {name}" for name in missing))
        return METHODS[call.method](call)

    def _authorize(self, call: Call, *, app_token: bool) -> None:
        if call.caller == "none":
            raise SlackError("not_authed")
        if call.caller == "unknown":
            raise SlackError("invalid_auth")
        if self._ws.revoked:
            raise SlackError("token_revoked")
        if (call.caller == "app") is not app_token:
            raise SlackError("not_allowed_token_type")

    async def _misbehave(self, request: web.Request, fault: Fault, record: CallRecord) -> web.Response | None:
        """The response of a planned fault; None when it only delays."""
        if fault.delay:
            await self._ws.clock.sleep(fault.delay.total_seconds())
        if not (fault.drop or fault.error or fault.status != 200 or fault.body):
            return None
        record.injected = True
        if fault.drop:
            if request.transport is not None:
                request.transport.close()
            record.error = "dropped"
            return web.Response()
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        record.error = fault.error or ("ratelimited" if fault.status == 429 else f"http_{fault.status}")
        if fault.body is not None or fault.status >= 500:
            body = fault.body if fault.body is not None else "<html><body>Service unavailable</body></html>"
            return web.Response(status=fault.status, text=body, content_type=fault.content_type, headers=headers)
        return reply({"ok": False, "error": record.error}, fault.status, headers)

    async def _send(
        self, request: web.Request, response: web.Response, call: Call, record: CallRecord
    ) -> web.StreamResponse:
        try:
            if record.error != "dropped":
                record.status = response.status
                await response.prepare(request)
                await response.write_eof()
        except ConnectionError:
            record.status = None
        finally:
            for act in call.afterwards:
                act()
        return response


async def read_request(request: web.Request) -> tuple[JSON, str | None]:
    """The arguments from query, form and JSON body together, and the token from header or arguments."""
    args: JSON = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.text()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        args |= body if isinstance(body, dict) else {}
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    else:
        await request.read()
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip() or None
    posted_token = args.pop("token", None)
    return args, token or posted_token


def reply(body: JSON, status: int, headers: dict[str, str]) -> web.Response:
    """An answer as JSON; Slack says 200 to nearly all refusals."""
    return web.json_response(body, status=status, headers=headers)
