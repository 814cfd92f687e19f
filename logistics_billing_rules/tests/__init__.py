from . import (
    test_agreement,
    test_any_order,
    test_approval,
    test_decision,
    test_guards,
    test_lane,
    test_override,
    test_release,
    test_review,
    test_rights,
    test_screens,
)
