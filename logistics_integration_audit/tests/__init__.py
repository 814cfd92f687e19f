from . import test_access
from . import test_append_only
from . import test_chain
from . import test_configuration
from . import test_facts
from . import test_money
from . import test_screens
from . import test_sealer_race
