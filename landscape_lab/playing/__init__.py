"""Real optimizers to play with: many short descents at once, for a page and for a server.

`players` are optimizers by name, `descents` lets them descend, `bundle` packs starts × rates × optimizers for a
page that works offline. `requests` and `server` answer a browser on the same machine, `drawn` holds what was
drawn there.
"""

from landscape_lab.playing.bundle import bundle_of, check_playable
from landscape_lab.playing.players import OPTIMIZERS, Player, player

__all__ = ["OPTIMIZERS", "Player", "bundle_of", "check_playable", "player"]
