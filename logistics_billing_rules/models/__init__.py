from . import (
    account_move,
    account_move_annex,
    account_move_guard,
    account_move_line,
    account_move_sharing,
    logistics_adjustment,
    agreement_part,
    logistics_agreement,
    logistics_agreement_prices,
    logistics_approval,
    logistics_billing_rule,
    logistics_billing_rule_invoicing,
    logistics_charge,
    logistics_charge_term,
    logistics_decision,
    logistics_duty_conflict,
    logistics_fuel_table,
    logistics_invoice_run,
    logistics_invoice_run_closing,
    logistics_package,
    logistics_rate,
    logistics_rate_break,
    logistics_release,
    logistics_release_actions,
    logistics_release_collecting,
    logistics_release_charges,
    logistics_release_evaluation,
    logistics_release_explanation,
    logistics_release_invoicing,
    logistics_release_lane,
    logistics_release_line,
    logistics_release_telling,
    logistics_release_withdrawing,
    logistics_release_adjusting,
    logistics_shipment,
    logistics_shipment_stake,
    logistics_shipment_supposed,
    res_partner,
    sale_order,
    sale_order_line,
    stock_move,
    stock_picking,
)
from . import logistics_zone
from . import logistics_simulation
from . import logistics_simulation_line
from . import logistics_billing_rule_limit
from . import logistics_release_day
from . import logistics_release_limit
from . import res_company
from . import res_config_settings
from . import account_move_credit
from . import logistics_release_credited
from . import logistics_release_bulk
from . import logistics_shipment_weighing
