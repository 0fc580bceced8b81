"""Where an area detector stands, and in which light: what reduction programs need."""

from __future__ import annotations

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.standard.pv_device import BackendOf, PvDevice

FIELDS = ("distance", "poni1", "poni2", "beam_row", "beam_column", "pixel", "wavelength", "energy")


class DetectorGeometry(PvDevice):
    """The calibration of a detector, as files .poni keep it (Readable); put it into the baseline.

    A camera takes one as part of itself, too (``geometry_prefix``): it is then kept with its frames.

    ====================  ======  =====  =================================================================
    PV                    type    unit   meaning
    ====================  ======  =====  =================================================================
    ``<P>:distance``      double  m      from the sample to the point of normal incidence
    ``<P>:poni1``         double  m      that point along the rows, from the corner of the first pixel
    ``<P>:poni2``         double  m      that point along the columns
    ``<P>:beam_row``      double  pixel  where the beam would meet the detector
    ``<P>:beam_column``   double  pixel  the same along the columns
    ``<P>:pixel``         double  m      size of a pixel
    ``<P>:wavelength``    double  m      of the light
    ``<P>:energy``        double  eV     of the light
    ====================  ======  =====  =================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    field_kind
        Where the values go: into events as they stand, or ``Kind.CONFIG`` into the configuration.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        title: str = "",
        backend: BackendOf = backend_at,
        field_kind: Kind = Kind.NORMAL,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        for field in FIELDS:
            self.reads(field, f":{field}", field_kind)
