from . import (
    test_access,
    test_append_only,
    test_chain,
    test_configuration,
    test_facts,
    test_leaks,
    test_message,
    test_money,
    test_query_bounds,
    test_screens,
    test_sealer_race,
    test_tour,
)
