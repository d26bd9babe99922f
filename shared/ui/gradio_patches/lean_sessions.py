"""What the server remembers of a visitor: as little as can be.

For each session Gradio writes down the settings and the last value of every component, to rebuild the page
for a deep link. That is 0.4 MB and several milliseconds for each visitor and each call of an endpoint, and it
holds what people sent. No page here offers deep links, so here a session keeps its `gr.State` and no more.

    class GuardedBlocks(gr.Blocks): ...        # in shared/ui/incoming.py
    keep_sessions_lean(demo)                   # when it has been made
"""

from types import MappingProxyType
from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig

_NOTHING: MappingProxyType[str, Any] = MappingProxyType(
    {}
)  # the same for every session: nobody can write to it


class _PageConfig(BlocksConfig):
    """The page's components and events. A copy is made for each session."""

    def __copy__(self) -> BlocksConfig:
        copied = super().__copy__()
        copied.__class__ = _SessionConfig
        return copied


class _SessionConfig(BlocksConfig):
    """A session's own components and events, without a description of each component."""

    @staticmethod
    def config_for_block(_id: int, rendered_ids: list[int], block: Any, renderable: Any = None) -> Any:
        """Describe a component for the page where it is drawn anew (`gr.render`); no other needs it."""
        if renderable is None:
            return _NOTHING
        return BlocksConfig.config_for_block(_id, rendered_ids, block, renderable)


def keep_sessions_lean(demo: gr.Blocks) -> None:
    """Make each session of a page light.

    Args:
        demo: the page; nothing has been put on it yet.
    """
    config = _PageConfig(demo)
    config.__dict__.update(demo.default_config.__dict__)
    demo.default_config = config
