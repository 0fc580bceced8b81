"""Runs written for people and programs: each exporter takes a run and gives bytes, with flat memory."""

from catalog.export.csv_table import csv_table
from catalog.export.file_names import content_disposition, file_name
from catalog.export.json_lines import json_lines
from catalog.export.protocol import Exporter, Rows
from catalog.export.registry import exporter, exporters, offer, register
from catalog.export.runs import DocumentsRun
from catalog.export.targets import Progress, export, pieces

__all__ = [
    "DocumentsRun",
    "Exporter",
    "Progress",
    "Rows",
    "content_disposition",
    "csv_table",
    "export",
    "exporter",
    "exporters",
    "file_name",
    "json_lines",
    "offer",
    "pieces",
    "register",
]
