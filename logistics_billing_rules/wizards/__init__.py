from . import logistics_rate_trial
