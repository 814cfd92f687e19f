from . import logistics_connect
