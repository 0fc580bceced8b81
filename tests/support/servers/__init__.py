"""Servers of control systems, each a module that is run in a process of its own and prints ``ready``."""
