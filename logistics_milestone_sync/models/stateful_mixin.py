from odoo import models
from odoo.exceptions import UserError


class LogisticsStatefulMixin(models.AbstractModel):
    _name = "logistics.stateful.mixin"
    _description = "Record whose state changes through one guarded method"

    # {from: (to, …)}; every state that may be left has a key. Set by the inheriting model.
    _transitions: dict[str, tuple[str, ...]] = {}

    def _move_to(self, target, **values):
        """Change the state of all records, or of none.

        :param str target: the new state
        :param values: further fields that are true because of the move
        :return: the records that moved; those in ``target`` already are left alone
        :raises AccessError: before anything is told about records that the user may not write
        :raises UserError: if the table of transitions does not allow it for one of them
        """
        self.check_access("write")
        moving = self.filtered(lambda record: record.state != target)
        for record in moving:
            if target not in self._transitions.get(record.state, ()):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(record)s is %(current)s and cannot become %(target)s.",
                        record=record.display_name,
                        current=labels.get(record.state, record.state),
                        target=labels.get(target, target),
                    )
                )
        moving.write({"state": target, **values})
        return moving
