from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL


class LogisticsShipment(models.Model):
    """Packages of a shipment, and those that the transfers of this database pack."""

    _inherit = "logistics.shipment"

    package_ids = fields.One2many("logistics.package", "shipment_id", "Packages")
    package_count = fields.Integer("Pieces", compute="_compute_package_count")

    def _compute_package_count(self):
        counts = dict(
            self.env["logistics.package"]._read_group(
                [("shipment_id", "in", self.ids)], ["shipment_id"], ["__count"]
            )
        )
        for shipment in self:
            shipment.package_count = counts.get(shipment, 0)

    def _packages_of(self):
        """``{shipment id: {consignment id: [package ids]}}``, shipments without packages absent."""
        self.env["logistics.package"].flush_model(["shipment_id", "consignment_id"])
        packages = defaultdict(dict)
        for shipment_id, consignment_id, package_ids in self.env.execute_query(
            SQL(
                "SELECT shipment_id, consignment_id, array_agg(id) FROM logistics_package"
                " WHERE shipment_id = ANY(%s) GROUP BY shipment_id, consignment_id",
                self.ids,
            )
        ):
            packages[shipment_id][consignment_id] = package_ids
        return packages

    def _fold_again(self):
        """Store the state anew after its consignments or packages changed, and tell the hook."""
        # The right to change the parts was checked; the state follows from the ledger.
        shipments_sudo = self.sudo().exists()
        if not shipments_sudo:
            return
        shipments_sudo._lock_in_order()
        changes = shipments_sudo._project()
        if changes:
            shipments_sudo._facts_recorded(changes)

    # === Packages of Odoo's own transfers === #

    def _follow_stock_packages(self):
        """Make the packages that these shipments' transfers pack; those unpacked again go.

        Numbers, states and what people wrote on a package stay.
        """
        wanted = self._stock_packages()
        known = self.package_ids.filtered("stock_package_id").grouped(
            lambda package: (package.shipment_id.id, package.stock_package_id.id)
        )
        unpacked = self.env["logistics.package"].union(
            *(packages for key, packages in known.items() if key not in wanted)
        )
        unpacked.filtered(lambda package: package._is_untouched()).unlink()
        created = self.env["logistics.package"].create(
            [
                self.browse(key[0])._vals_from_stock_package(*packed, place)
                for place, (key, packed) in enumerate(wanted.items(), start=1)
                if key not in known
            ]
        )
        self.env["logistics.reference"].create(created._own_numbers())
        created._fold_again()

    def _stock_packages(self):
        """``{(shipment id, stock package id): (stock.package, stock.picking)}`` in packing order.

        A transfer of several shipments does not say which of them a package is for: the first.
        """
        packed = {}
        for picking in self.picking_ids.sorted("id"):
            shipment = (picking.logistics_shipment_ids & self)[:1]
            for package in picking.move_line_ids.result_package_id.sorted("id"):
                packed[shipment.id, package.id] = (package, picking)
        return packed

    def _vals_from_stock_package(self, package, picking, place):
        kind = package.package_type_id
        weight = package.shipping_weight or package.with_context(picking_id=picking.id).weight
        lines = picking.move_line_ids.filtered(lambda line: line.result_package_id == package)
        return {
            "consignment_id": self.consignment_ids[:1].id,
            "sequence": 10 * place,
            "stock_package_id": package.id,
            "package_type_id": kind.id,
            "weight": self._in_kilograms(weight),
            "length_cm": self._in_centimeters(kind.packaging_length),
            "width_cm": self._in_centimeters(kind.width),
            "height_cm": self._in_centimeters(kind.height),
            "contents": "\n".join(
                f"{line.quantity:g} {line.product_uom_id.name} {line.product_id.display_name}"
                for line in lines
            ),
        }

    def _in_kilograms(self, weight):
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        return unit._compute_quantity(weight, self.env.ref("uom.product_uom_kgm"), round=False)

    def _in_centimeters(self, length):
        unit = self.env["product.template"]._get_length_uom_id_from_ir_config_parameter()
        return unit._compute_quantity(length, self.env.ref("uom.product_uom_cm"), round=False)
