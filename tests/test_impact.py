"""The services that an impact names: what is said to be spared is never listed as hit, nor the other way round."""

from __future__ import annotations

import pytest

from bot.domain.impact import services


@pytest.mark.parametrize(
    ("value", "affected", "spared"),
    [
        ("web, api; db", ["web", "api", "db"], []),
        ("API, web; not affected: cards, boleto", ["API", "web"], ["cards", "boleto"]),
        ("web, search is fine", ["web"], ["search"]),
        ("search: unaffected, web", ["web"], ["search"]),
        ("checkout (all working), analysis fine", [], ["checkout", "analysis"]),
        # Something else than what stands before the brackets.
        ("checkout (search unaffected)", ["checkout"], ["search"]),
        ("maps (not: geocoder), routes", ["maps", "routes"], ["geocoder"]),
        ("api (but not admin, status page)", ["api"], ["admin", "status page"]),
        # Taken out of a list by a "not" or "except".
        ("checkout, not search", ["checkout"], ["search"]),
        ("checkout - not search", ["checkout"], ["search"]),
        ("all except for search", ["all"], ["search"]),
        ("web, no impact on search", ["web"], ["search"]),
        # The contrary, and what only looks like it.
        ("search (not working), mail isn't working", ["search (not working)", "mail isn't working"], []),
        ("search barely working, mail no longer fine", ["search barely working", "mail no longer fine"], []),
        ("not sure yet", ["not sure yet"], []),
        ("working-hours service, fine dining site", ["working-hours service", "fine dining site"], []),
        ("billing (north, south), non-EU checkout", ["billing (north, south)", "non-EU checkout"], []),
    ],
)
def test_services_are_hit_or_spared_as_they_are_named(value: str, affected: list[str], spared: list[str]) -> None:
    assert services(value) == (affected, spared)
