"""What writes to the catalogue besides ingest: one service is one transaction and one audit entry."""

from catalog.services.attachments import attach, detach
from catalog.services.deletion import delete_run
from catalog.services.links import add_link, remove_link
from catalog.services.mending import replay
from catalog.services.notes import add_note, edit_note, remove_note
from catalog.services.orphans import close_orphan
from catalog.services.retention import apply_retention, remove_rule, set_rule
from catalog.services.revisions import restore_metadata, revise_metadata
from catalog.services.tags import add_tag, change_tags, remove_tag

__all__ = [
    "add_link",
    "add_note",
    "add_tag",
    "apply_retention",
    "attach",
    "change_tags",
    "close_orphan",
    "delete_run",
    "detach",
    "edit_note",
    "remove_link",
    "remove_note",
    "remove_rule",
    "remove_tag",
    "replay",
    "restore_metadata",
    "revise_metadata",
    "set_rule",
]
