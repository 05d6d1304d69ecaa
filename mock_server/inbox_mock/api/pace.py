"""How fast one sandbox is called: a program that runs wild must not take the server from those who share it.

This is the server's limit, not the API's hourly one, so what is beyond it is answered 503 and not 429: that the real service is
overloaded can happen, that a client has used up its hour would not be true.
"""

from collections import Counter
from collections.abc import Callable
from threading import Lock


class Pace:
    """Counts the requests to each sandbox in the present second; ``seconds`` is a clock that never goes back.

    It holds a number for each sandbox that was called in this second, and nothing longer.
    """

    def __init__(self, most: int, seconds: Callable[[], float]) -> None:
        self.most = most
        self._seconds = seconds
        self._second = 0
        self._counted: Counter[str] = Counter()
        self._lock = Lock()

    def allows(self, sandbox_id: str) -> bool:
        """Count a request, and return whether the sandbox has had at most ``most`` in this second."""
        second = int(self._seconds())
        with self._lock:
            if second != self._second:
                self._second, self._counted = second, Counter()
            self._counted[sandbox_id] += 1
            return self._counted[sandbox_id] <= self.most
