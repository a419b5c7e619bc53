"""The bridge from the event loop to the synchronous use cases."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

WORKERS = 16


@cache
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="use-case")


async def in_thread(use_case: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a use case in a worker thread and return its result; its errors pass through.

    Use cases wait for the database (and bcrypt computes), which must not stop the event loop
    that carries every user's stream.
    """
    loop = asyncio.get_running_loop()
    # The context goes along, so that what the use case logs names its request.
    work = partial(copy_context().run, use_case, *args, **kwargs)
    return await loop.run_in_executor(_executor(), work)
