"""From the keyboard to the store and back to the eye: what a person typed is what another reads."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_rig import MANIFEST

from sandbox import Workspace
from sandbox.rendering import mentioned, readable
from sandbox.text import escape, posted, typed_command, typed_message, unescape

PLAIN = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)
# No style marks, no mentions and no emoji: those are changed on purpose.
QUIET = st.text(alphabet="abc xyz&<>;.,!?()|^-/", max_size=60)


def workspace() -> Workspace:
    ws = Workspace(MANIFEST)
    ws.add_person("ana-oncall", name="Ana")
    ws.add_person("bo")
    return ws


WS = workspace()


@given(PLAIN)
def test_escaping_can_be_taken_back(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not re.search(r"[<>]", escape(text))


@settings(max_examples=200)
@given(QUIET)
def test_what_was_typed_is_what_is_read(text: str) -> None:
    stored = typed_message(WS, text)
    assert readable(WS, WS.person("bo"), stored) == text
    assert typed_command(WS, text, should_escape=False) == text


@settings(max_examples=200)
@given(QUIET)
def test_typed_words_can_never_become_a_mention(text: str) -> None:
    assert mentioned(typed_message(WS, f"<!channel> <@{WS.person('bo').id}> {text}")) == []


@settings(max_examples=200)
@given(PLAIN)
def test_storing_what_an_app_posted_twice_changes_nothing_more(text: str) -> None:
    once = posted(text)
    assert posted(once) == once


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a & b", "a &amp; b"),
        ("a &amp; b", "a &amp; b"),
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("<!here> <@U1> <#C1|x>", "<!here> <@U1> <#C1|x>"),
        ("see https://x.test.", "see <https://x.test>."),
        ("(https://x.test/a_(b))", "(<https://x.test/a_(b)>)"),
        ("<https://x.test|x>", "<https://x.test|x>"),
        ("<nothing>", "&lt;nothing&gt;"),
        ("<!date^1^{date}|x>", "<!date^1^{date}|x>"),
    ],
)
def test_an_apps_text_is_stored_with_its_marks_and_nothing_else(text: str, stored: str) -> None:
    assert posted(text) == stored


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("*bold* _it_ ~gone~", "bold it gone"),
        ("2 * 3 * 4 and a_b_c", "2 * 3 * 4 and a_b_c"),
        ("`*code*` and ```a\n&lt;b&gt;```", "*code* and a\n<b>"),
        ("<https://x.test|the page>", "the page"),
        ("<https://x.test/?a=1&amp;b=2>", "https://x.test/?a=1&b=2"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("<!subteam^S1|@sre> <!here>", "@sre @here"),
        ("<@U0NOBODY|ghost>", "@ghost"),
        ("*#7* action", "#7 action"),
    ],
)
def test_stored_text_is_read_without_its_marks(stored: str, read: str) -> None:
    assert readable(WS, WS.person("bo"), stored) == read


def test_the_longest_known_handle_is_the_mention() -> None:
    ana, bo = WS.person("ana-oncall"), WS.person("bo")
    assert typed_message(WS, "@ana-oncall-ish @ana-oncall, @bob @bo-") == (
        f"<@{ana.id}>-ish <@{ana.id}>, @bob <@{bo.id}>-"
    )
