"""Who noticed: the class of a detection, read from its words. Shown to the person, who can change it."""

from __future__ import annotations

import re

ALERT, ENGINEER, CUSTOMER, THIRD_PARTY = "alert", "engineer", "customer", "third_party"
CLASSES = (ALERT, ENGINEER, CUSTOMER, THIRD_PARTY)

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
    (
        ALERT,
        re.compile(
            r"\b(?:alert(?:s|ed|ing)?|alarms?|monitor(?:s|ing|ed)?|pag(?:er|ed|erduty|ing)|prometheus|grafana|datadog"
            r"|nagios|sentry|new relic|pingdom|opsgenie|uptime|probe|health ?checks?|synthetic|dashboards?|slo"
            r"|burn rate|watchdog|cloudwatch|threshold)\b",
            re.IGNORECASE,
        ),
    ),
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


def read_class(words: str) -> str | None:
    """The class that the words of a detection tell, or None where they tell none (asked then, never guessed)."""
    scores = {name: len(pattern.findall(words)) for name, pattern in _WORDS}
    if scores[ALERT] and scores[CUSTOMER]:
        # "alerts showed errors for users": users are whom it hit, not who told, unless somebody reported.
        told = re.search(r"\b(?:report|complain|ticket|call|wrote|tweet|told|contact)\w*", words, re.IGNORECASE)
        return CUSTOMER if told else ALERT
    if scores[ALERT] and scores[THIRD_PARTY]:
        return ALERT
    return next((name for name, _ in _WORDS if scores[name]), None)


def named_class(value: str) -> str | None:
    """The class that `by:` names, or None where it names none."""
    return _NAMES.get(" ".join(value.split()).casefold().rstrip("."))
