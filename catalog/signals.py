"""The one signal of the platform: documents are durable now."""

from django.dispatch import Signal

documents_stored = Signal()
"""Sent after the commit that stored documents of one run.

Keyword arguments: ``run_uid`` (str), ``beamline`` (str), ``proposal_id`` (int or None), ``first_ordinal``
and ``last_ordinal`` (int), ``records`` (list of ``(ordinal, name, doc)``), ``closed`` (bool: the run has its
stop).
"""
