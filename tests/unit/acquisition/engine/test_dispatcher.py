"""Who gets which document, in what order, and for how long."""

import gc
import threading

import pytest

from acquisition.engine.dispatcher import DOCUMENT_NAMES, Dispatcher, normalise_subscriptions


class Holder:
    def __init__(self):
        self.seen = []

    def take(self, name, doc):
        self.seen.append(name)


@pytest.fixture
def dispatcher():
    return Dispatcher()


def test_subscribers_are_called_in_order_of_subscription(dispatcher):
    order = []
    for number in range(5):
        dispatcher.subscribe(lambda name, doc, number=number: order.append(number), "event")
    dispatcher.process("event", {})
    assert order == [0, 1, 2, 3, 4]


def test_a_subscriber_of_all_gets_every_document_and_no_other(dispatcher):
    holder = Holder()
    dispatcher.subscribe(holder.take)
    for name in DOCUMENT_NAMES:
        dispatcher.process(name, {})
    assert holder.seen == list(DOCUMENT_NAMES)


def test_the_same_function_twice_is_called_once_and_either_token_removes_it(dispatcher):
    holder = Holder()
    first, second = dispatcher.subscribe(holder.take, "event"), dispatcher.subscribe(holder.take, "event")
    assert first != second
    dispatcher.process("event", {})
    assert holder.seen == ["event"]
    dispatcher.unsubscribe(second)
    dispatcher.process("event", {})
    assert holder.seen == ["event"]
    dispatcher.unsubscribe(first)


def test_bound_methods_are_held_weakly_and_functions_strongly(dispatcher):
    seen = []
    holder = Holder()
    holder.seen = seen
    dispatcher.subscribe(holder.take, "event")
    dispatcher.subscribe(lambda name, doc: seen.append("function"), "event")
    del holder
    gc.collect()
    dispatcher.process("event", {})
    assert seen == ["function"]


def test_an_unknown_name_or_something_not_callable_is_refused(dispatcher):
    with pytest.raises(KeyError, match="there are stop, start"):
        dispatcher.subscribe(print, "evnt")
    with pytest.raises(TypeError, match="callable"):
        dispatcher.subscribe(5)


def test_a_subscriber_may_end_its_own_subscription_while_it_is_called(dispatcher):
    seen = []

    def once(name, doc):
        seen.append(name)
        dispatcher.unsubscribe(token)

    token = dispatcher.subscribe(once)
    dispatcher.process("event", {})
    dispatcher.process("event", {})
    assert seen == ["event"]


def test_everything_can_be_unsubscribed(dispatcher):
    holder = Holder()
    dispatcher.subscribe(holder.take)
    dispatcher.unsubscribe_all()
    dispatcher.process("event", {})
    assert holder.seen == []
    assert dispatcher.cb_registry.callbacks == {}
    dispatcher.unsubscribe(999)


def test_documents_from_two_threads_never_overlap(dispatcher):
    inside, overlaps, barrier = [], [], threading.Barrier(2)

    def slow(name, doc):
        inside.append(doc)
        overlaps.append(len(inside))
        inside.remove(doc)

    dispatcher.subscribe(slow, "event")

    def emit(doc):
        barrier.wait(10)
        for _ in range(200):
            dispatcher.process("event", doc)

    threads = [threading.Thread(target=emit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert set(overlaps) == {1}


@pytest.mark.parametrize(
    ("subs", "pairs"),
    [
        (None, []),
        (print, [("all", print)]),
        ([print, repr], [("all", print), ("all", repr)]),
        ({"event": print, "all": [repr]}, [("event", print), ("all", repr)]),
    ],
)
def test_subscriptions_of_a_call_come_in_several_forms(subs, pairs):
    assert normalise_subscriptions(subs) == pairs


@pytest.mark.parametrize(("subs", "error"), [(5, ValueError), ([5], ValueError), ({"evnt": print}, KeyError)])
def test_subscriptions_that_cannot_be_are_refused(subs, error):
    with pytest.raises(error):
        normalise_subscriptions(subs)
