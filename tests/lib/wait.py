"""Waiting for a condition with a deadline, never for a time."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

Result = TypeVar("Result")


def wait_for(condition: Callable[[], Result], seconds: float = 10.0, what: str = "") -> Result:
    """Polls until the condition gives something true, and returns it. TimeoutError otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what or condition}")
        time.sleep(0.002)
