from . import test_access
from . import test_approval
from . import test_catalogue
from . import test_exception
from . import test_ledger
from . import test_odoo_flow
from . import test_parked_fact
from . import test_recording
