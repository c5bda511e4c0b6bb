"""The application with one check taken out, by changing the code of a function while a block lasts."""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from app.core import query


class Outdated(Exception):
    """The text that a mutant takes out isn't in the function any more: the check has moved, and so must the mutant."""


@dataclass(frozen=True)
class Mutant:
    """`function` with `check` (found in it once) replaced by `instead`."""

    what: str
    function: Callable[..., Any]
    check: str
    instead: str

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The code object is exchanged, so that modules which imported the function by name have the mutant too."""
        function = inspect.unwrap(self.function)
        assert isinstance(function, FunctionType)
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.check) != 1:
            raise Outdated(
                f"{self.what}: {self.check!r} is {source.count(self.check)} times in {function.__qualname__}"
            )
        made: dict[str, Any] = {}
        code = compile(source.replace(self.check, self.instead), f"<{self.what}>", "exec")
        exec(code, dict(function.__globals__), made)
        honest, function.__code__ = function.__code__, inspect.unwrap(made[function.__name__]).__code__
        query.statement.cache_clear()
        try:
            yield
        finally:
            function.__code__ = honest
            query.statement.cache_clear()
