from . import (
    account_move,
    audited_mixin,
    configuration_under_audit,
    logistics_approval,
    logistics_audit_chain,
    logistics_audit_entry,
    logistics_audit_sealer,
    logistics_decision,
    logistics_integration,
    logistics_message,
    logistics_release,
    logistics_shipment,
)
