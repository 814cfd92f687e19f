from . import logistics_release_report
