"""Children are kept from question to question; one that dies costs its question, never the next."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from returnctl.children import Children

WALL_S = 60


@pytest.fixture
def children() -> Iterator[Children]:
    made = Children("tests.echo_child", often=3)
    yield made
    made.close()


def ask(children: Children, question: bytes) -> tuple[int, bytes]:
    answer = children.ask(question, wall_s=WALL_S)
    assert answer is not None
    number, words = answer.split(b" ", 1)
    return int(number), words


def test_the_next_question_goes_to_the_same_child_but_not_for_ever(children: Children) -> None:
    numbers = [ask(children, b"hello")[0] for _ in range(6)]
    assert len(set(numbers[:3])) == len(set(numbers[3:])) == 1
    assert len(set(numbers)) == 2


def test_one_that_dies_costs_its_question(children: Children) -> None:
    before, _ = ask(children, b"hello")
    assert children.ask(b"die", wall_s=WALL_S) is None
    assert ask(children, b"hello")[0] != before


def test_one_that_takes_too_long_is_ended(children: Children) -> None:
    before, _ = ask(children, b"hello")
    assert children.ask(b"sleep", wall_s=0) is None
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_worn_one_is_replaced(children: Children) -> None:
    before, _ = ask(children, b"hello")
    number, words = ask(children, b"wear")
    assert (number != before, words) == (True, b"wear")


def test_one_that_ended_while_it_waited_is_passed_over(children: Children) -> None:
    before, _ = ask(children, b"hello")
    os.kill(before, signal.SIGKILL)
    while children._idle.qsize() and (child := children._waiting()):  # until the kernel has ended it
        children._idle.put(child)
    assert ask(children, b"hello")[0] != before


def test_threads_get_their_own_answers(children: Children) -> None:
    questions = [b"%d" % number for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda question: ask(children, question)[1], questions))
    assert answers == questions


def test_after_a_fork_the_parents_children_are_left_alone(children: Children) -> None:
    before, _ = ask(children, b"hello")
    forked = os.fork()
    if forked == 0:
        code = 1
        try:
            code = int(ask(children, b"from the fork")[0] == before)
            children.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert ask(children, b"hello")[0] == before
