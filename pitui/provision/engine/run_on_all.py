"""The same on several nodes at once, as one piece of work."""

from collections.abc import Awaitable, Callable, Mapping

from pitui.domain.errors import NodeError, PituiError
from pitui.provision.engine.node_context import NodeContext
from pitui.remote.fanout import fan_out


async def run_on_all(
    contexts: Mapping[str, NodeContext], work: Callable[[NodeContext], Awaitable[bool]]
) -> list[str]:
    """Do something on every node; return the names of those where there was something to do.

    Raises:
        PituiError: it failed on some; it is done on the others. Says where and why.
    """
    results = await fan_out(contexts, lambda name: work(contexts[name]))
    failed = {name: end for name, end in results.items() if isinstance(end, PituiError)}
    done = [name for name, end in results.items() if end is True]
    if not failed:
        return done
    name, error = next(iter(failed.items()))
    if len(failed) == 1 and not done:
        raise error
    said = [f"{node}: {end.message}" for node, end in failed.items()]
    also = f"; done on {', '.join(done)}" if done else ""
    raise NodeError(name, "; ".join(said) + also, error.advice) from error
