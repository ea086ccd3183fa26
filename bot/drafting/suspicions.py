"""What became of each suspicion: still standing, confirmed, or ruled out by number. Knows no section of the draft."""

from __future__ import annotations

from bot.domain.timeline import Entry, Kind
from bot.drafting.reading import Reading


class Suspicions:
    """The hypotheses of a record with their rulings.

    `standing` nobody ruled out; `refuted` somebody did, by number, and `rulings` has the first entry that did;
    `dead_ends` were told as such, without a hypothesis; `confirmed` has the numbers of the confirmations. Of a ruling
    and a confirmation of one hypothesis the one recorded last holds, as with every correction.
    """

    def __init__(self, reading: Reading) -> None:
        self.rulings: dict[int, Entry] = {}
        self.confirmed: dict[int, tuple[int, ...]] = {}
        self.dead_ends: list[Entry] = []
        for entry in reading.of(Kind.RULED_OUT, Kind.CONFIRMED):
            number = reading.keys(entry).get("hypothesis")
            target = reading.by_number.get(int(number)) if number is not None else None
            if target is not None and target.kind is Kind.HYPOTHESIS:
                self._judge(entry, target.number)
            elif entry.kind is Kind.RULED_OUT and (number is None or target is not None) and reading.text(entry):
                # The hypothesis was turned into another kind since; the ruling's own words still stand. Where it was
                # taken back altogether, its ruling speaks of nothing.
                self.dead_ends.append(entry)
        hypotheses = reading.told(Kind.HYPOTHESIS)
        self.standing = [entry for entry in hypotheses if entry.number not in self.rulings]
        self.refuted = [entry for entry in hypotheses if entry.number in self.rulings]

    def _judge(self, entry: Entry, target: int) -> None:
        if entry.kind is Kind.CONFIRMED:
            self.rulings.pop(target, None)
            self.confirmed[target] = (*self.confirmed.get(target, ()), entry.number)
        else:
            self.confirmed.pop(target, None)
            self.rulings.setdefault(target, entry)
