from . import logistics_exception_close
from . import logistics_exception_raise
