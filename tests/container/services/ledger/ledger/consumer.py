"""`ledger-consumer`: writes down what the API sends through the queue."""

import kombu
from kombu.mixins import ConsumerMixin

from ledger import settings, store


class Recorder(ConsumerMixin):
    def __init__(self) -> None:
        self.connection = settings.queue()
        self._database = store.engine()

    def get_consumers(self, Consumer, channel):  # noqa: ARG002, N803 - kombu calls it so
        return [Consumer([kombu.Queue("ledger")], callbacks=[self.record], accept=["json"])]

    def record(self, body, message) -> None:
        store.add(self._database, body["project"], body["text"])
        message.ack()


def main() -> None:
    Recorder().run()
