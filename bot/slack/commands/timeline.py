"""`timeline`: what stands, in pages, by kind or person, each line with what can be done about it; and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import IncidentError
from bot.domain.markup import MENTION, mentioned
from bot.domain.masking import mask
from bot.domain.timeline import Entry, Kind, Source
from bot.slack.answer import Answer, Button, Menu, Row
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.slack.commands.change import RUNNING, named_kind
from bot.slack.commands.recorded import when_words
from bot.slack.gate import MEMBERS
from bot.wording import Wire
from storage.entries import entries_of

PAGE = 15  # entries a page: what a phone shows in a few swipes, and well under Slack's 12,000 characters
TEXT_MOST = 300
PEOPLE_MOST, KINDS_MOST, PASSED_OVER_MOST = 50, 40, 6
NEWEST, TAKEN_BACK = "newest", "taken-back"
_NEWEST = frozenset({NEWEST, "latest", "last", "descending", "desc"})
_TAKEN_BACK = frozenset({TAKEN_BACK, "retracted"})
#: What people say between the words that count.
_BETWEEN = frozenset(
    {
        "all",
        "and",
        "by",
        "entries",
        "every",
        "everything",
        "first",
        "for",
        "from",
        "of",
        "only",
        "page",
        "please",
        "the",
    }
)


@dataclass(frozen=True, slots=True)
class View:
    """What is asked of a timeline. `taken_back` shows what was taken back instead of what stands; `passed_over` are
    words that ask for nothing there is."""

    page: int = 1
    kind: Kind | None = None
    person_id: str | None = None
    newest: bool = False
    taken_back: bool = False
    passed_over: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The command that shows it."""
        words = ["timeline", str(self.page)]
        words += [str(self.kind).replace("_", "-")] if self.kind else []
        words += [f"<@{self.person_id}>"] if self.person_id else []
        words += [NEWEST] if self.newest else []
        return " ".join([*words, *([TAKEN_BACK] if self.taken_back else [])])

    def shows(self, entry: Entry) -> bool:
        """Whether an entry is among what is asked for."""
        of_kind = self.kind is None or entry.kind is self.kind
        of_person = self.person_id is None or self.person_id in (entry.author_id, entry.recorded_by_id)
        return of_kind and of_person and entry.stands is not self.taken_back


def read_view(call: Call, text: str) -> View:
    """Page, kind, person and order in any order."""
    view = View()
    if people := mentioned(text):
        view = replace(view, person_id=people[0])
    for word in MENTION.sub(" ", text).casefold().replace("taken back", TAKEN_BACK).split():
        if word.isdecimal():
            view = replace(view, page=max(1, int(word[:6])))
        elif word in ("me", "mine"):
            view = replace(view, person_id=call.actor.user_id)
        elif word in _NEWEST:
            view = replace(view, newest=True)
        elif word in _TAKEN_BACK:
            view = replace(view, taken_back=True)
        elif (kind := _kind(word)) is not None:
            view = replace(view, kind=kind)
        elif word not in _BETWEEN:
            view = replace(view, passed_over=(*view.passed_over, word))
    return view


def _kind(word: str) -> Kind | None:
    """The kind that a word names, in the singular or the plural."""
    for name in (word, word.removesuffix("s")):
        found = next((kind for kind in Kind if kind.value.replace("_", "-") == name.replace("_", "-")), None)
        if found is not None:
            return found
        try:
            return named_kind(name)
        except IncidentError:
            continue
    return None


async def _timeline(call: Call) -> Answer:
    """The newest page first, each page in the order of time, or the newest entry first where that is asked for."""
    view = read_view(call, call.keyed.text)
    entries = await entries_of(call.session, call.about.id)
    shown = sorted((entry for entry in entries if view.shows(entry)), key=lambda entry: entry.order)
    pages = max(1, -(-len(shown) // PAGE))
    view = replace(view, page=min(view.page, pages))
    end = len(shown) - (view.page - 1) * PAGE
    part = shown[max(0, end - PAGE) : end]
    rows = [
        Row(await timeline_line(call, entry), _choices(call, entry)) for entry in (part[::-1] if view.newest else part)
    ]
    names = await call.names()
    head = call.say(
        "answers.timeline",
        count=len(shown),
        page=view.page,
        pages=pages,
        kind=call.bot.wording.plain(f"kinds.{view.kind}") if view.kind else None,
        person=names.person(view.person_id) if view.person_id else None,
        taken_back=view.taken_back,
        sort=call.about.sort,
        passed_over=mask(" ".join(view.passed_over[:PASSED_OVER_MOST])).text.replace("`", "'"),
    )
    return Answer(head, _turning(call, view, pages), rows=tuple(rows), menus=await _filters(call, view, entries))


def _turning(call: Call, view: View, pages: int) -> tuple[Button, ...]:
    def to(label: str, other: View) -> Button:
        return Button(label, other.line, incident=call.about.number)

    made = [to(call.label("older"), replace(view, page=view.page + 1))] if view.page < pages else []
    made += [to(call.label("newer"), replace(view, page=view.page - 1))] if view.page > 1 else []
    order = call.label("by_time" if view.newest else "newest_first")
    return (*made, to(order, replace(view, newest=not view.newest)))


async def _filters(call: Call, view: View, entries: Sequence[Entry]) -> tuple[Menu, ...]:
    """The kinds and the people that there are, each to be shown alone; and everything again."""

    def to(label: str, other: View) -> Button:
        return Button(label, replace(other, page=1).line, incident=call.about.number)

    plain, names = call.bot.wording.plain, await call.names()
    there = [entry for entry in entries if entry.stands is not view.taken_back]
    kinds = [kind for kind in Kind if any(entry.kind is kind for entry in there)][:KINDS_MOST]
    people = list(dict.fromkeys(entry.author_id for entry in there))[:PEOPLE_MOST]
    by_kind = [to(plain("labels.every_kind"), replace(view, kind=None))]
    by_kind += [to(plain(f"kinds.{kind}"), replace(view, kind=kind)) for kind in kinds]
    by_person = [to(plain("labels.everybody"), replace(view, person_id=None))]
    by_person += [to(names.person(one), replace(view, person_id=one)) for one in people]
    other = call.label("standing" if view.taken_back else "taken_back")
    back = to(other, replace(view, taken_back=not view.taken_back))
    if not view.taken_back and all(entry.stands for entry in entries):
        return (Menu(call.label("kind"), tuple(by_kind)), Menu(call.label("person"), tuple(by_person)))
    return (Menu(call.label("kind"), (*by_kind, back)), Menu(call.label("person"), tuple(by_person)))


def _choices(call: Call, entry: Entry) -> tuple[Button, ...]:
    """What this person may do about an entry."""
    number, incident = entry.number, call.about.number
    act = RUNNING.get(entry.kind)
    history = Button(call.label("history"), f"history #{number}", incident=incident)
    if act is not None and not call.may(act, MEMBERS):
        return (history,)
    if not entry.stands:
        return (Button(call.label("restore"), f"restore #{number}", incident=incident), history)
    change = Button(call.label("change"), opens=f"edit #{number}", incident=incident)
    if entry.kind is Kind.DECLARED:  # an incident is cancelled, not taken back
        return (change, history)
    return (change, Button(call.label("retract_it", number=number), f"retract #{number}", incident=incident), history)


async def timeline_line(call: Call, entry: Entry) -> Wire:
    """One entry as a line: when, what sort, what it changed or is about, its words, whose it is."""
    data, names = entry.data, await call.names()
    text = mask(await call.plain(entry.text or str(data.get("title", "")))).text
    known = call.bot.settings.role_named(str(data.get("role")))
    person_id = data.get("person_id")
    return call.say(
        "answers.timeline_line",
        number=entry.number,
        kind=call.bot.wording.plain(f"kinds.{entry.kind}"),
        when=when_words(call, entry.occurred_at),
        role=known.title if known else data.get("role"),
        person=names.person(str(person_id)) if person_id else None,
        severity=data.get("severity"),
        status=data.get("status"),
        of=f"{call.bot.settings.incident_prefix}-{data['of']}" if "of" in data else None,
        about=entry.about,
        to=[mask(await call.plain(str(one))).text for one in data.get("to") or []],
        text=text if len(text) <= TEXT_MOST else text[:TEXT_MOST] + "…",
        who=names.person(entry.author_id),
        link=entry.permalink,
        recovered=entry.source is Source.RECOVERED,
    )


COMMANDS = (Command("timeline", _timeline, allowed=RECORDERS, writes=False, double=False, parts=()),)
