"""How a web process stops: nobody who was let in is turned away."""

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker of threads, which hands its address back at once when it is told to stop.

    Left to itself it keeps the address open until its last request is answered, and accepts nobody any more: whoever
    connects meanwhile is let in by the kernel, waits, and is cut off. Here who waits is taken and answered, and who
    comes later is refused, so that a balancer, or a client, goes to another node with nothing lost.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            self._hand_back()

    def _hand_back(self) -> None:
        for listener in [one for one in self.sockets if one.sock is not None]:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
            listener.close()
