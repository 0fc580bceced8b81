"""Everything that reads the catalogue, cut to what the actor may see."""

from catalog.selectors.annotations import (
    annotations_of,
    attachment,
    attachment_path,
    metadata,
    metadata_of,
    retention_rules,
    revisions,
    rule_facts,
)
from catalog.selectors.arrays import Frame, external_array, external_fields, frame
from catalog.selectors.blocks import Block, iter_blocks
from catalog.selectors.counting import facets
from catalog.selectors.decimation import decimated
from catalog.selectors.devices import baseline, configuration
from catalog.selectors.documents import (
    DocumentsPage,
    documents,
    documents_page,
    iter_documents,
    iter_encoded,
    iter_exact,
    quarantined,
)
from catalog.selectors.finding import RunPage, runs
from catalog.selectors.histograms import histogram
from catalog.selectors.kinds import column_kinds
from catalog.selectors.over_runs import device_history
from catalog.selectors.refused import refused_documents, refused_rows, refused_runs
from catalog.selectors.runs import (
    exportable_run,
    last_ordinal,
    open_runs,
    run,
    run_detail,
    run_summary,
    visible_runs,
)
from catalog.selectors.stream_tables import StreamTable, stream_table
from catalog.selectors.tables import TableSlice, data_keys, iter_slices, table, table_columns
from catalog.selectors.values import keys as metadata_keys
from catalog.selectors.values import values as values_of_key
from catalog.storage.columns import Values, as_list

__all__ = [
    "Block",
    "DocumentsPage",
    "Frame",
    "RunPage",
    "StreamTable",
    "TableSlice",
    "Values",
    "annotations_of",
    "as_list",
    "attachment",
    "attachment_path",
    "baseline",
    "column_kinds",
    "configuration",
    "data_keys",
    "decimated",
    "device_history",
    "documents",
    "documents_page",
    "exportable_run",
    "external_array",
    "external_fields",
    "facets",
    "frame",
    "histogram",
    "iter_blocks",
    "iter_documents",
    "iter_encoded",
    "iter_exact",
    "iter_slices",
    "last_ordinal",
    "metadata",
    "metadata_keys",
    "metadata_of",
    "open_runs",
    "quarantined",
    "refused_documents",
    "refused_rows",
    "refused_runs",
    "retention_rules",
    "revisions",
    "rule_facts",
    "run",
    "run_detail",
    "run_summary",
    "runs",
    "stream_table",
    "table",
    "table_columns",
    "values_of_key",
    "visible_runs",
]
