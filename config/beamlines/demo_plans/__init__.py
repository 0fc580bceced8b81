"""Plans of the demo beamline: a module for each kind of measurement, all loaded by ``demo.toml``."""
