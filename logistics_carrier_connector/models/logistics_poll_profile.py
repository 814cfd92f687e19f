from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import profile
from ..core.errors import IntegrationError


class LogisticsPoll(models.Model):
    """What the profile of the connection knows about its carrier's interface."""

    _inherit = "logistics.poll"

    keep_days = fields.Integer(
        "Carrier Remembers (days)",
        default=0,
        help="For how long the carrier answers with past events. 0: it does not say.",
    )
    subscription_days = fields.Integer(
        "Subscriptions End After (days)",
        default=0,
        help="After how long the carrier stops pushing by itself. 0: never.",
    )

    @api.onchange("connection_id")
    def _onchange_connection_id(self):
        """Start from what the profile says about its carrier's interface."""
        if self.connection_id and not self.url:
            self.update(self._profile_values(self.connection_id))

    def action_from_profile(self):
        """Fill in again what the profile says about the carrier's interface."""
        self.ensure_one()
        self.check_access("write")
        values = self._profile_values(self.connection_id)
        if not values:
            raise UserError(
                self.env._(
                    "The profile %s does not say how its carrier is asked. Fill in the address by "
                    "hand, from the carrier's documentation.",
                    self.connection_id.mapping_id.name,
                )
            )
        self.write(values)

    @api.model
    def _profile_values(self, connection):
        """Values for this model from the block ``poll`` of a connection's profile; ``{}``."""
        version = connection.mapping_version_id or connection.mapping_id.active_version_id
        try:
            said = profile.load(version.content).poll if version.content else None
        except IntegrationError:
            said = None
        if said is None:
            return {}
        paging = said.paging
        return {
            "url": said.endpoint.url,
            "method": said.endpoint.method,
            "headers": "\n".join(f"{name}: {value}" for name, value in said.headers.items()),
            "body": said.body,
            "batch_size": said.endpoint.batch,
            "account": said.account,
            "scheme": said.scheme,
            "proof_kind": said.proof["kind"],
            "proof_name": said.proof.get("name", ""),
            "proof_prefix": said.proof.get("prefix", ""),
            "token_url": said.proof.get("token_url", ""),
            "token_style": said.proof.get("token_style", "basic"),
            "scope": said.proof.get("scope", ""),
            "paging_kind": paging.kind,
            "paging_more": paging.more.source if paging.more else "",
            "paging_parameter": paging.parameter,
            "paging_first": paging.first,
            "every_minutes": said.every,
            "quota_calls": said.quota[0],
            "quota_minutes": said.quota[1],
            "keep_days": said.keep_days,
            "subscription_days": said.subscription_days,
        }
