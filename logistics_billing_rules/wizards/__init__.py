from . import logistics_rate_trial
from . import logistics_release_assignment
