from . import logistics_connect
from . import logistics_replay_start
