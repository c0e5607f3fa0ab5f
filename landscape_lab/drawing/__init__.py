"""Drawing: scenes become figures. Nothing here knows where a path came from."""
