"""Figures of a run as exports: pictures and a page that stands alone."""
