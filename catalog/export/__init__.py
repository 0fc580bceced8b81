"""Runs written for people and programs: each exporter is a generator of bytes with flat memory."""

from catalog.export.csv_table import csv_table
from catalog.export.file_names import content_disposition, file_name
from catalog.export.json_lines import json_lines

__all__ = ["content_disposition", "csv_table", "file_name", "json_lines"]
