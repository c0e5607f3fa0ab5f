"""From landscapes and trajectories to scenes, and all that a scene may hold beside them."""

from landscape_lab.staging.scenes import (
    SHOWN_MEMBERS,
    archive_of,
    scene_of,
    shown_members,
    start_of,
    trace_of,
)

__all__ = ["SHOWN_MEMBERS", "archive_of", "scene_of", "shown_members", "start_of", "trace_of"]
