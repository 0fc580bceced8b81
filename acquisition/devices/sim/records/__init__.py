"""Records of the simulated IOC: process variables by the conventions of EPICS, and what moves behind them."""
