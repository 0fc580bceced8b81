"""Behaviour that devices put together: objects with one task, which a device holds."""
