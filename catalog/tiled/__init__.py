"""The read routes of a Tiled server, over the catalogue: clients written for Tiled open runs unchanged."""
