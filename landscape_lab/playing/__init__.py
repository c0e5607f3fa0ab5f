"""Real optimizers to play with: many short descents at once, for a page and for a server.

`players` are optimizers by name, `descents` lets them descend, `bundle` gathers starts × rates × optimizers
for a page that works offline, `packing` makes them small and `ends` tells which point each reached. `ground`
is where one plays live: the landscape of a command, and what was drawn; `asked` is what a browser may ask,
`server` answers it.
"""

from landscape_lab.playing.bundle import bundle_of
from landscape_lab.playing.descents import NotTogetherError
from landscape_lab.playing.playable import check_playable
from landscape_lab.playing.players import OPTIMIZERS, Player, player

__all__ = ["OPTIMIZERS", "NotTogetherError", "Player", "bundle_of", "check_playable", "player"]
