"""Arrays that lie in files beside the runs: found by documents, read only below allowed folders."""
