"""One manifest (TOML) a beamline, and the plans of the demo beamline."""
