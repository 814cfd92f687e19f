from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..core import units

# Odoo's unit of each dimension, and how much of the core's base unit (core/units.py) it is.
_ANCHORS = {
    units.MASS: ("uom.product_uom_kgm", 1),
    units.VOLUME: ("uom.product_uom_cubic_meter", 1),
    units.LENGTH: ("uom.product_uom_meter", 1),
    units.AREA: ("uom.product_uom_square_meter", 1),
    units.COUNT: ("uom.product_uom_unit", 1),
    units.TIME: ("uom.product_uom_hour", 3600),
}
# Odoo writes its factors with six digits.
_TOLERANCE = 1e-4


class LogisticsUnitAlias(models.Model):
    """What a system writes for a unit, and the unit of Odoo that it means.

    Odoo converts kilograms into hours without a word, so dimensions are checked here.
    """

    _name = "logistics.unit.alias"
    _description = "Unit of Measure as Systems Write It"
    _inherit = ["logistics.remembered.mixin"]
    _order = "code, system_id, normalised"
    _rec_name = "spelling"
    _check_company_auto = True

    system_id = fields.Many2one(
        "logistics.system",
        "Used By",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: every system means this unit by it.",
    )
    company_id = fields.Many2one(
        related="system_id.company_id", store=True, precompute=True, index="btree_not_null"
    )
    spelling = fields.Char(required=True, help="As the system writes it: 'LBR', 'pallets'.")
    normalised = fields.Char(
        compute="_compute_normalised",
        store=True,
        precompute=True,
        help="What is compared: without case, blanks and dots.",
    )
    code = fields.Selection(
        [(unit.code, f"{unit.code} – {unit.name}") for unit in units.UNITS],
        "UN/ECE Unit",
        required=True,
        help="The code of UN/ECE Recommendation 20.",
    )
    dimension = fields.Char(compute="_compute_from_code", help="What the unit measures.")
    understood = fields.Char("Also Understood", compute="_compute_from_code")
    uom_id = fields.Many2one("uom.uom", "Unit in Odoo", required=True, ondelete="restrict")

    _spelling_uniq = models.UniqueIndex(
        "(COALESCE(system_id, 0), normalised)", "This spelling has a meaning already."
    )

    @api.depends("spelling")
    def _compute_normalised(self):
        for alias in self:
            alias.normalised = alias.spelling and units.normalise(alias.spelling)

    @api.depends("code", "system_id", "spelling")
    def _compute_from_code(self):
        for alias in self:
            unit = units.BY_CODE.get(alias.code)
            alias.dimension = unit.dimension if unit else False
            shared = unit and not alias.system_id and alias.spelling == unit.code
            alias.understood = ", ".join(unit.spellings).lower() if shared else False

    @api.constrains("code", "uom_id")
    def _check_uom(self):
        """The unit of Odoo must be the unit that the code means, not only one of the kind."""
        for alias in self:
            unit = units.BY_CODE[alias.code]
            problem = alias.uom_id and self._mismatch(alias.uom_id, unit)
            if problem:
                raise ValidationError(
                    self.env._(
                        "“%(uom)s” cannot stand for %(code)s (%(name)s): %(problem)s.",
                        uom=alias.uom_id.name,
                        code=unit.code,
                        name=unit.name,
                        problem=problem,
                    )
                )

    @api.constrains("spelling")
    def _check_spelling(self):
        for alias in self:
            if not alias.normalised:
                raise ValidationError(
                    self.env._(
                        "“%s” has no letter or digit by which it could be found.", alias.spelling
                    )
                )

    @api.model
    def _mismatch(self, uom, unit):
        """Why a unit of Odoo is not this unit, in words; empty if it is."""
        measured = [name for name in _ANCHORS if self._measures(uom, name)]
        if unit.dimension == units.PACKAGE:
            others = [name for name in measured if name != units.COUNT]
            return self.env._("it measures %s", others[0]) if others else ""
        if unit.dimension not in measured:
            return self.env._("it is no unit of %s", unit.dimension)
        xml_id, base = _ANCHORS[unit.dimension]
        anchor = self.env.ref(xml_id)
        expected, found = float(unit.factor), base * uom.factor / anchor.factor
        if abs(found - expected) > _TOLERANCE * expected:
            return self.env._(
                "it is %(found)s times as much", found=float(f"{found / expected:.4g}")
            )
        return ""

    @api.model
    def _measures(self, uom, dimension):
        """Whether a unit of Odoo converts into Odoo's own unit of a dimension."""
        xml_id, _base = _ANCHORS[dimension]
        anchor = self.env.ref(xml_id, raise_if_not_found=False)
        return bool(anchor and uom._has_common_reference(anchor))

    # === What a system means === #

    @api.model
    @tools.ormcache()
    def _meanings(self):
        """``{(system id or 0, normalised spelling): (uom.uom id, code)}`` of all aliases."""
        return {
            (alias.system_id.id or 0, alias.normalised): (alias.uom_id.id, alias.code)
            for alias in self.sudo().search([])
        }

    @api.model
    def _uom_of(self, system, spelling, dimension=None):
        """The unit of Odoo that a system means. No query once the table is in memory.

        What the system itself means by a word comes before what everybody means.

        :param str dimension: one of ``core.units.DIMENSIONS`` that the unit must measure
        :return: ``(uom.uom record, refusal)``: an empty record and an English sentence if there is
            no such unit, or it measures something else
        """
        nothing = self.env["uom.uom"]
        known = units.find(spelling)
        words = [units.normalise(spelling), *([known.code] if known else [])]
        keys = [(issuer, word) for word in words for issuer in (system.id, 0)]
        meanings = self._meanings()
        found = next((meanings[key] for key in keys if key in meanings), None)
        unit = units.BY_CODE[found[1]] if found else known
        if unit is None:
            return nothing, f"the unit {spelling!r} is not known"
        if dimension and unit.dimension != dimension:
            return nothing, f"{spelling!r} is a unit of {unit.dimension}, not of {dimension}"
        if found is None:
            return nothing, f"no unit of Odoo stands for {unit.code} ({unit.name})"
        return nothing.browse(found[0]), ""

    @api.model
    def _charge_vals(self, system, spelling):
        """The unit of a charge that a system states; an unknown one is told, and refuses nothing.

        :return: values of ``logistics.charge``
        """
        if not spelling:
            return {}
        uom, refusal = self._uom_of(system, spelling)
        return {"explanation": f"Without a unit: {refusal}."} if refusal else {"uom_id": uom.id}
