"""Everything that can be refused, each as one class; its words stand in templates/<locale>/errors.toml."""

from __future__ import annotations

import re
from typing import ClassVar


class IncidentError(Exception):
    """A refusal that a person can mend. `params` are what its template may print; nothing was recorded."""

    name: ClassVar[str] = ""

    def __init__(self, **params: object) -> None:
        super().__init__(self.name or type(self).__name__)
        self.params = params

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class EmptyText(IncidentError):
    """A verb that records words came without any."""


class NotTaken(IncidentError):
    """What follows a verb is none of the few things that it takes; `forms` are lines that it does."""


class TimeMissing(IncidentError):
    """A verb that records a time alone came without one."""


class TooLong(IncidentError):
    """Text past the limit; the text is given back."""


class UnreadableTime(IncidentError):
    """Time words that cannot be read, or an instant that cannot be meant; `reason` tells which."""


class TimeNeedsAnswer(IncidentError):
    """Two readings are likely: `question` holds them; nothing is recorded until one is chosen."""


class TwoTimes(IncidentError):
    """`at:` was given twice."""


class KeyTwice(IncidentError):
    """A key that holds one value was given twice."""


class UnreadableDue(IncidentError):
    """A due date that cannot be read."""


class TitleWithoutEnd(IncidentError):
    """`title:` came first and no ` | ` ended it, so no text is left."""


class UnknownEntry(IncidentError):
    """No entry of that number in this incident."""


class UnknownIncident(IncidentError):
    """No incident of that number that this person may see."""


class NumberMissing(IncidentError):
    """The verb needs an entry's number first."""


class SeveralNumbers(IncidentError):
    """The verb takes one entry, and a second number follows the first."""


class EntryRetracted(IncidentError):
    """The entry was taken back, so it cannot be changed; it can be restored."""


class NothingToChange(IncidentError):
    """An edit that names neither words nor keys."""


class WrongKind(IncidentError):
    """The entry is of another kind than this verb needs."""


class KeyNotTaken(IncidentError):
    """An edit names a key that entries of this kind do not have."""


class WordsAreTitle(IncidentError):
    """An edit names words for an entry that has none but the incident's title."""


class UnknownKind(IncidentError):
    """`kind:` names no kind that an entry can be changed to."""


class UnknownClass(IncidentError):
    """`by:` names none of alert, engineer, customer, third party."""


class StartTakesOnlyTime(IncidentError):
    """`started` came with words: offered as an action."""


class WindowOverlap(IncidentError):
    """The change would make a window of the incident negative or let two overlap; both entries are shown."""


class AlreadyResolved(IncidentError):
    """The incident is resolved already; the standing entry is shown."""


class NotResolved(IncidentError):
    """Only a resolved incident can be reopened."""


class NotOverYet(IncidentError):
    """A postmortem was to be published while its incident goes on."""


class StillOpen(IncidentError):
    """Only a closed incident's channel can be archived."""


class IncidentClosed(IncidentError):
    """The incident was cancelled or is a duplicate."""


class UnknownSeverity(IncidentError):
    """No such severity is configured."""


class UnknownStatus(IncidentError):
    """No such status is configured."""


class UnknownRole(IncidentError):
    """No such role is configured."""


class PersonMissing(IncidentError):
    """The verb needs somebody mentioned."""


class WrongChannel(IncidentError):
    """A recording verb outside an incident's channel."""


class NotAllowed(IncidentError):
    """The gate refuses; `why` names the rule."""


class PrivateOrPublic(IncidentError):
    """*private* stands in the title, and it is not clear whether the incident is meant to be."""


class NothingToUndo(IncidentError):
    """The person has recorded nothing here that could be taken back."""


class UndoIsOld(IncidentError):
    """The last entry is older than ten minutes, so undoing it is asked first."""


class NothingToRevert(IncidentError):
    """The entry never said anything else, or its words were overwritten for good."""


class NothingToChooseFrom(IncidentError):
    """A form would ask for one of several things, and there is none."""


class Conflict(IncidentError):
    """Somebody else changed the same entry meanwhile; nothing was overwritten. `version` is the one that stands."""


class NoSuchVersion(IncidentError):
    """A version of the draft that there is none of, or whose words are erased."""


class UndecidedDraft(IncidentError):
    """A draft is to be published in which lines still ask to decide."""


class PublishedAlready(IncidentError):
    """The version that stands is the published one."""


class CheckTooLong(IncidentError):
    """A draft of so many entries that its check takes longer than the asker waits."""
