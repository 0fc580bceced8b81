"""Hardware as objects: protocols, status, signals, devices; no Django.

``manifest`` makes the devices of a beamline, ``sim`` simulates some in memory or behind an IOC.
"""
