"""Who noticed: the class of a detection, read from its words. Shown to the person, who can change it."""

from __future__ import annotations

import re

ALERT, ENGINEER, CUSTOMER, THIRD_PARTY = "alert", "engineer", "customer", "third_party"
CLASSES = (ALERT, ENGINEER, CUSTOMER, THIRD_PARTY)

_INSTRUMENTS = re.compile(
    r"\b(?:alert(?:s|ed|ing)?|alarms?|monitor(?:s|ing|ed)?|pag(?:er|ed|erduty|ing)|prometheus|grafana|datadog"
    r"|nagios|sentry|new relic|pingdom|opsgenie|uptime|probe|health ?checks?|synthetic|dashboards?|slo"
    r"|burn rate|watchdog|cloudwatch|threshold)\b",
    re.IGNORECASE,
)
# In the order of how telling the words are: "a customer saw the alert page" is still a customer's report.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        THIRD_PARTY,
        re.compile(
            r"\b(?:third[- ]part(?:y|ies)|vendors?|providers?|partners?|supplier|researchers?|bug bounty"
            r"|upstream|hosting company|aws|gcp|azure|cloudflare|downdetector|journalists?|press|twitter)\b",
            re.IGNORECASE,
        ),
    ),
    (
        CUSTOMER,
        re.compile(
            r"\b(?:customers?|clients?|users?|support tickets?|tickets?|complain(?:t|ts|ed|ing)|helpdesk|help desk"
            r"|called in|support (?:team|desk|queue)|reported by (?:a )?(?:user|customer|client)s?)\b",
            re.IGNORECASE,
        ),
    ),
    (ALERT, _INSTRUMENTS),
    (
        ENGINEER,
        re.compile(
            r"\b(?:engineers?|developers?|devs?|sre|on-?call|ops|we (?:saw|noticed|found)|i (?:saw|noticed|found)"
            r"|noticed|spotted|code review|during (?:a )?(?:deploy\w*|release|maintenance|debugging)|colleagues?"
            r"|teammates?|team)\b",
            re.IGNORECASE,
        ),
    ),
)
_NAMES = {
    "alert": ALERT,
    "alerts": ALERT,
    "monitoring": ALERT,
    "monitoring alert": ALERT,
    "engineer": ENGINEER,
    "engineers": ENGINEER,
    "customer": CUSTOMER,
    "customers": CUSTOMER,
    "user": CUSTOMER,
    "third party": THIRD_PARTY,
    "third-party": THIRD_PARTY,
    "third_party": THIRD_PARTY,
    "thirdparty": THIRD_PARTY,
}


#: Within one clause, what says that somebody or something did not tell.
_NOT_BEFORE = re.compile(
    r"\b(?:no|not|none|nobody|no-one|never|without|neither|nor|instead of|rather than|before)"
    r"(?:[ '’]+[\w-]+){0,3}[ '’]+\Z",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(
    r"\A(?:[ '’]+[\w-]+){0,2}?[ '’]*\b(?:not|never|missed|failed|silent|(?:did|was|were|has|had|have|is|are)n['’]t)\b",
    re.IGNORECASE,
)
#: What somebody looks at, where the rest of its class calls people by itself.
_LOOKED_AT = re.compile(r"\b(?:dashboards?|grafana|datadog|new relic|sentry|cloudwatch|uptime|slo)\b", re.IGNORECASE)
_SAW = re.compile(r"\b(?:saw|seen|notic(?:ed|ing)|spotted|found|observed|reali[sz]ed|looking|looked)\b", re.IGNORECASE)
_TOLD = re.compile(r"\b(?:report|complain|ticket|call|wrote|tweet|told|contact)\w*", re.IGNORECASE)


def read_class(words: str) -> str | None:
    """The class that the words of a detection tell, or None where they tell none (asked then, never guessed)."""
    found = {name: _said(pattern, words) for name, pattern in _WORDS}
    if found[CUSTOMER] and (found[ALERT] or (found[ENGINEER] and _SAW.search(words))) and not _TOLD.search(words):
        # "alerts showed errors for users": users are whom it hit, not who told, unless somebody reported.
        found[CUSTOMER] = []
    if found[ALERT] and _SAW.search(words) and all(_LOOKED_AT.fullmatch(each) for each in found[ALERT]):
        # "ben saw it on the dashboard": it told nobody, somebody looked.
        found[ALERT] = []
    if found[ALERT] and found[THIRD_PARTY]:
        return ALERT
    return next((name for name, _ in _WORDS if found[name]), None)


def _said(pattern: re.Pattern[str], words: str) -> list[str]:
    """What of a class is named, but for what is said not to have told; of people "not" tells what they could not."""
    mute = _NOT_AFTER if pattern is _INSTRUMENTS else None
    return [
        each[0]
        for each in pattern.finditer(words)
        if not _NOT_BEFORE.search(words[: each.start()]) and not (mute and mute.match(words[each.end() :]))
    ]


def named_class(value: str) -> str | None:
    """The class that `by:` names, or None where it names none."""
    return _NAMES.get(" ".join(value.split()).casefold().rstrip("."))
