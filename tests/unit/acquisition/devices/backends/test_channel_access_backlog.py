"""A storm of monitors cannot fill the memory, and slow callbacks get the newest samples."""

from acquisition.devices.backends.base import Sample
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.backends.remote import BACKLOG


class HeldClient:
    """A client whose callbacks wait until they are let go."""

    def __init__(self):
        self.calls = []
        self.dispatcher = self

    def submit(self, call):
        self.calls.append(call)


def test_beyond_the_backlog_the_oldest_samples_are_dropped_and_counted():
    client, seen = HeldClient(), []
    backend = ChannelAccessBackend("P", client=client)
    backend._subscribers.functions.append(lambda sample: seen.append(sample.value))
    for number in range(BACKLOG + 25):
        backend.take(Sample(number, 0.0))
    assert backend.dropped == 25
    assert len(client.calls) == BACKLOG
    for call in client.calls:
        call()
    assert seen == list(range(25, BACKLOG + 25))
    assert backend.last.value == BACKLOG + 24
