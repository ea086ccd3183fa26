"""What the bot says: every sentence renders with whatever people type, fits its place in Slack, and is calm."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.domain.timeline import Kind
from bot.domain.when import QUESTION_REASONS, REFUSAL_REASONS
from bot.slack.answer import Answer, Button, actions, section
from bot.wording import Wire, Wording
from sandbox.blocks import check_blocks
from tests.house.sentences import HOSTILE, LONG, ORDINARY, Sentence, sentences

#: Families that go out as mrkdwn, so that markup must be escaped; labels and modals are plain text.
MRKDWN = ("answers", "card", "errors", "help", "lines")
CARD_FIELDS = ("severity", "status", "commander", "start", "duration", "detected")
BLAME = re.compile(
    r"\b(invalid|illegal|forbidden|failed to|you (failed|forgot|must|should have)|your (fault|mistake|error)|bad|stupid"
    r"|obviously|simply|sorry|oops|fatal)\b",
    re.IGNORECASE,
)
LINK = "https://acme.slack.test/archives/C1/p1"


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording("en")


def of(*families: str) -> list[Sentence]:
    return [one for one in sentences().values() if one.family in families]


def own_words(sentence: Sentence) -> str:
    """A sentence without what it is given, its quoted examples and its code."""
    return re.sub(r"{{.*?}}|{%.*?%}|`[^`]*`", " ", sentence.source, flags=re.DOTALL)


def ordinary(wording: Wording, sentence: Sentence) -> Iterator[str]:
    return (wording.plain(sentence.name, **params) for params in sentence.tries(ORDINARY))


def test_there_are_sentences_of_every_shape() -> None:
    shapes = {shape for one in sentences().values() for shape in one.shapes.values()}
    assert shapes == {"text", "number", "list", "pairs", "truth"}
    assert len(sentences()) > 200


def test_every_sentence_renders_with_whatever_it_is_given(wording: Wording) -> None:
    for sentence in sentences().values():
        for params in sentence.tries():
            wording.say(sentence.name, **params)
            wording.plain(sentence.name, **params)


def test_nothing_that_was_typed_becomes_markup(wording: Wording) -> None:
    for name in (one.name for one in of(*MRKDWN)):
        for params in sentences()[name].tries(HOSTILE):
            if "link" in params:
                params["link"] = LINK
            said = wording.say(name, **params).replace(f"<{LINK}|↗>", "")
            assert "<" not in said, f"{name}: {said}"
            assert ">" not in said, f"{name}: {said}"
            assert "&" not in re.sub(r"&(amp|lt|gt);", "", said), f"{name}: {said}"


def test_a_placeholder_reads_as_one(wording: Wording) -> None:
    assert wording.say("answers.declaration_stays", number=1).endswith("use `cancel &lt;why&gt;`.")
    assert wording.plain("answers.declaration_stays", number=1).endswith("use `cancel <why>`.")


def test_a_template_can_make_a_link_of_what_it_is_given(wording: Wording) -> None:
    said = wording.say("answers.timeline_line", **dict.fromkeys(sentences()["answers.timeline_line"].shapes, "x"))
    assert said.endswith("<x|↗>")


def test_slack_takes_every_sentence_as_an_answer(wording: Wording) -> None:
    for sentence in of("answers", "errors", "help", "lines"):
        for params in sentence.tries():
            words = wording.say(sentence.name, **params)
            button = Button(wording.plain("labels.undo"), command=f"note {LONG[:500]}")
            for answer in (Answer(words, (button,)), Answer(words, given_back=LONG * 4)):
                assert check_blocks(answer.blocks(), surface="message") == [], sentence.name
                assert len(answer.payload()["text"]) <= 3_000


def test_slack_takes_every_sentence_as_a_section(wording: Wording) -> None:
    for sentence in of("answers", "card", "errors", "help", "lines"):
        for params in sentence.tries():
            assert check_blocks([section(wording.say(sentence.name, **params))], surface="message") == [], sentence.name


def test_a_section_never_ends_inside_an_entity() -> None:
    for length in range(2_980, 3_010):
        text = section("x" * length + "&amp;" * 900)["text"]["text"]
        assert len(text) <= 3_000
        assert re.fullmatch(r"x+(&amp;)*…", text)


def test_slack_takes_every_label_on_a_button(wording: Wording) -> None:
    for sentence in of("labels"):
        for params in sentence.tries():
            label = wording.plain(sentence.name, **params)
            assert check_blocks([actions((Button(label, "status"),))], surface="message") == [], sentence.name
        assert all(0 < len(label) <= 75 for label in ordinary(wording, sentence)), sentence.name


def test_a_modals_words_fit_their_places(wording: Wording) -> None:
    for sentence in of("modals"):
        [said] = set(ordinary(wording, sentence))
        titled = sentence.key.endswith("_title") or sentence.key in ("save", "cancel")
        most = 24 if titled else 150 if sentence.key.endswith("_placeholder") else 75
        assert 0 < len(said) <= most, sentence.name


def test_a_kind_is_a_word_in_the_middle_of_a_sentence(wording: Wording) -> None:
    for sentence in of("kinds"):
        assert re.fullmatch(r"[a-z][a-z ]{2,30}", wording.plain(sentence.name)), sentence.name


def test_the_cards_lines_fit_a_phone(wording: Wording) -> None:
    at = {
        "at": "Fri 15 Mar 10:05 UTC",
        "ended": "Fri 15 Mar 11:15 UTC",
        "lasted": "1 h 10 min",
        "ago": "70 minutes ago",
    }
    for key in CARD_FIELDS:
        sentence = sentences()[f"card.{key}"]
        for params in sentence.tries("Ana-María Reyes Fernández"):
            given = params | {name: at[name] if params[name] else "" for name in at if name in params}
            for line in wording.plain(sentence.name, **given).splitlines():
                assert len(line) <= 60, f"{sentence.name}: {line}"


@pytest.mark.parametrize(("name", "most"), [("card.title", 150), ("card.topic", 250), ("card.bookmark", 100)])
def test_the_channels_head_fits(wording: Wording, name: str, most: int) -> None:
    assert all(0 < len(said) <= most for said in ordinary(wording, sentences()[name]))


def test_the_bot_is_calm() -> None:
    for name, sentence in sentences().items():
        assert "!" not in own_words(sentence), name
        assert not BLAME.search(own_words(sentence)), name
    pleading = [name for name, one in sentences().items() if re.search(r"\bplease\b", one.source, re.IGNORECASE)]
    assert len(pleading) <= 3, pleading
    assert all(len(re.findall(r"\bplease\b", sentences()[name].source.lower())) == 1 for name in pleading)


def test_an_entity_is_the_renderers_affair() -> None:
    """`<why>` in a template reads as such everywhere; an entity would be printed as it stands in plain text."""
    assert [name for name, one in sentences().items() if re.search(r"&\w+;", one.source)] == []


def test_every_refusal_says_what_became_of_the_words() -> None:
    """A person must not have to guess whether something was recorded."""
    said = re.compile(r"Nothing (was|is) (recorded|changed|overwritten)|nothing was recorded", re.IGNORECASE)
    silent = {one.key for one in of("errors") if not said.search(one.source)}
    # These ask back, or there was nothing that could have been recorded, or nobody can tell (a lost commit).
    asking = {
        "time_missing",
        "nothing_to_change",
        "private_or_public",
        "undo_is_old",
        "start_takes_only_time",
        "two_times",
    }
    assert silent <= asking | {"unknown_incident", "nothing_to_undo", "modal_expired", "empty_text", "conflict"} | {
        "database_away"
    }


def test_every_kind_of_entry_has_its_word() -> None:
    assert {one.key for one in of("kinds")} == {str(kind) for kind in Kind}


def test_the_reasons_that_templates_tell_apart_are_those_there_are() -> None:
    assert sentences()["errors.unreadable_time"].choices["reason"] <= REFUSAL_REASONS
    assert sentences()["errors.time_needs_answer"].choices["reason"] <= QUESTION_REASONS


def test_an_answer_is_never_empty() -> None:
    assert check_blocks(Answer(Wire("")).blocks(), surface="message") == []
    assert Answer(Wire("")).payload()["text"]
