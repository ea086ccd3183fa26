"""What a private address looks like: e-mail and post; and hosts, which are facts unless a setting hides them."""

from __future__ import annotations

import ipaddress
import re

from bot.domain.masking.rules import Rule, rule

# `nginx@1.service` and `deploy@web-1.prod.internal` are names of units and hosts, which are facts.
_NO_MAIL = frozenset(
    {"service", "socket", "timer", "target", "mount", "local", "internal", "localhost", "lan", "cluster"}
)
_REMOTE = re.compile(r"(?:\b(?:ssh|scp|sftp|rsync)\s+(?:-\S+\s+(?:\S+\s+)?){0,3}|git\+ssh://|ssh://)$")


def _is_mail(match: re.Match[str]) -> bool:
    if match["top"].lower() in _NO_MAIL:
        return False
    text = match.string
    if text[match.end() : match.end() + 1] in (":", "/") and not text[match.end() + 1 : match.end() + 2].isspace():
        return match.end() + 1 == len(text)  # `git@host.org:team/repo`
    return not _REMOTE.search(text[max(0, match.start() - 60) : match.start()])


def _is_host(match: re.Match[str]) -> bool:
    name = match[0].lower()
    return name.count(".") >= 2 or name.rpartition(".")[2] in _TOPS


def _is_ip(match: re.Match[str]) -> bool:
    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return False
    return True


_TOPS = frozenset(
    {
        *("com", "net", "org", "io", "dev", "app", "cloud", "internal", "local", "lan", "corp", "edu", "gov"),
        *("eu", "uk", "de", "fr", "nl", "ch", "us"),
    }
)

_WORD = r"[A-Z][\w.'’-]{1,24}"
_STREETS = r"(?:Street|Avenue|Boulevard|Parkway|Road|Lane|Terrace|Crescent|Highway)"
_SHORT = r"(?:St|Ave|Av|Blvd|Pkwy|Rd|Ln|Dr|Drive|Ct|Court|Pl|Place|Sq|Square|Way|Close|Cres|Ter|Hwy)\.?"
_UNIT = r"(?:,?\s{1,2}(?:Apt|Apartment|Suite|Ste|Unit|Floor|Flat|#)\.?\s?[\w-]{1,6})?"
# A town, and what only a letter carries behind it: a US ZIP, a British or a Canadian code, or five digits.
_CODE = (
    r"(?:[A-Z]{2},?\s{1,2}[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]?\s[0-9][A-Z]{2}"
    r"|[A-Z][0-9][A-Z]\s?[0-9][A-Z][0-9]|[0-9]{4,5})"
)
_TOWN = rf",?\s{{1,2}}(?:{_WORD},?\s{{1,2}}){{0,3}}{_CODE}(?![\w-])"
_PLACE = r"[0-9]{4,5}\s{1,2}[A-ZÄÖÜÉÎ][\w'’-]{1,30}"
_NUMBER = r"(?<![\w.:#/-])[0-9]{1,5}[A-Za-z]?"

_POST_NEEDLES = (
    *("street", "avenue", "boulevard", "parkway", "road", "lane", "terrace", "crescent", "highway"),
    *(" st", " ave", " av", " blvd", " pkwy", " rd", " ln", " dr", " ct", " court", " pl", " sq", " way", " close"),
    *(" cres", " ter", " hwy"),
)

ADDRESSES: tuple[Rule, ...] = (
    rule(
        "email",
        r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}(?P<top>[A-Za-z]{2,24})(?![\w-])(?!\.[\w-])",
        "@",
        accept=_is_mail,
    ),
    rule("post", rf"{_NUMBER}\s(?:{_WORD}\s){{1,4}}{_STREETS}\b{_UNIT}(?:{_TOWN})?", *_POST_NEEDLES),
    rule("post", rf"{_NUMBER}\s(?:{_WORD}\s){{1,4}}{_SHORT}{_UNIT}{_TOWN}", *_POST_NEEDLES),
    rule(
        "post",
        r"(?<![\w-])(?:[A-ZÄÖÜ][\wß-]{2,30}(?:straße|strasse|str\.)|[A-ZÄÖÜ][\wß-]{1,30}\s(?:Straße|Strasse|Str\.))"
        rf"\s[0-9]{{1,4}}\s?[a-z]?(?![\w])(?:,?\s{{1,2}}{_PLACE})?",
        *("straße", "strasse", "str."),
    ),
    rule(
        "post",
        r"(?<![\w-])[A-ZÄÖÜ][\wß-]{2,30}(?:weg|gasse|allee|platz|ring|damm|ufer)\s[0-9]{1,4}\s?[a-z]?,?\s{1,2}"
        + _PLACE,
        *("weg ", "gasse ", "allee ", "platz ", "ring ", "damm ", "ufer "),
    ),
    rule(
        "post",
        rf"{_NUMBER}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|place|allée|chemin|quai|impasse)\s"
        rf"(?:[\w'’-]{{1,24}}\s){{0,5}}?[\w'’-]{{1,24}},?\s{{1,2}}{_PLACE}",
        *("rue ", "avenue ", "boulevard ", "place ", "allée ", "chemin ", "quai ", "impasse "),
    ),
    rule("post", r"\bP\.?\s?O\.?\s?Box\s[0-9]{1,6}(?![\w])", "box"),
)

HOSTS: tuple[Rule, ...] = (
    rule("host", r"(?<![\w.:])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.]*[0-9])", ".", accept=_is_ip),
    rule("host", r"(?<![\w:.])[0-9A-Fa-f:]{3,39}(?![\w:])", "::", ":", accept=_is_ip),
    rule("host", r"(?<![\w.@-])(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])", ".", accept=_is_host),
)
