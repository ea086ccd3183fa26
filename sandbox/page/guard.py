"""Who may talk to the page: the browser of this machine that opened it, and no other site in it. It knows no route."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    # Nothing runs and nothing loads but what this server itself serves; words of a message can become no more.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what does not come from the page itself, and put the headers on every answer."""
    fault = _fault(request)
    if fault:
        return web.Response(status=403, text=fault, headers=HEADERS)
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _fault(request: web.Request) -> str | None:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    port = address[1] if address else None
    # A name that was rebound to 127.0.0.1 shows here; without this any web page could read the workspace.
    if request.host not in (f"127.0.0.1:{port}", f"localhost:{port}"):
        return "this address is not the page's own"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return "another site may not ask this"
    if request.path != "/" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return "another site may not ask this"
    if request.method == "POST" and (origin is None or request.content_type != "application/json"):
        return "only the page itself may do this"
    return None
