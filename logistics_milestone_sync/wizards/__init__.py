from . import logistics_approval_rejection
from . import logistics_billing_request
from . import logistics_override_request
from . import logistics_crosswalk_export
from . import logistics_exception_close
from . import logistics_exception_raise
from . import logistics_document_upload
from . import logistics_shipment_update
