"""The collector, held off while a draft is made: on again whatever came of it, and however blocks lie in each other."""

from __future__ import annotations

import gc
import threading

import pytest

from bot.collecting import held_off


def test_it_is_on_again_after_the_outermost_block():
    with held_off():
        assert not gc.isenabled()
        with held_off():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_on_again_after_a_fault():
    with pytest.raises(ValueError), held_off():
        raise ValueError
    assert gc.isenabled()


def test_two_threads_whose_blocks_cross_leave_it_on():
    inside, may_end = threading.Event(), threading.Event()

    def other() -> None:
        with held_off():
            inside.set()
            may_end.wait(10)

    thread = threading.Thread(target=other)
    with held_off():
        thread.start()
        assert inside.wait(10)
    may_end.set()
    thread.join(10)
    assert gc.isenabled()


def test_who_had_it_off_keeps_it_off():
    gc.disable()
    try:
        with held_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
