from . import logistics_crosswalk_export
