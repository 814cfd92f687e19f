from odoo import models
from odoo.exceptions import UserError

_MOST_LINES = 10


class LogisticsRelease(models.Model):
    """Doing something with many releases: one that cannot be done holds none of the others.

    Each is done or named with the reason why not. Of a single one, the reason is raised.
    """

    _inherit = "logistics.release"

    def _each(self, work):
        """Do something with each of these releases by itself.

        :param work: called with one release; a ``UserError`` leaves that one alone
        :return: ``(those that it was done with, {release: why not})``
        """
        if len(self) == 1:
            work(self)
            return self, {}
        done, left = self.browse(), {}
        for release in self:
            try:
                with self.env.cr.savepoint():
                    work(release)
            except UserError as refusal:
                left[release] = str(refusal)
            else:
                done |= release
        return done, left

    def _workable_sudo(self):
        """Those that nobody else works on, elevated and locked, and why not the others.

        The caller's rights were checked.

        :return: ``(releases, {release: why not})``
        """
        if len(self) == 1:
            return self._locked_sudo(), {}
        releases_sudo = self.sudo().with_context(tracking_disable=True)
        locked_sudo = releases_sudo._lock()
        busy = self.env._("is being worked on right now; try again in a moment")
        others = releases_sudo.browse(id_ for id_ in self.ids if id_ not in set(locked_sudo.ids))
        return locked_sudo, dict.fromkeys(others, busy)

    def _summary(self, done, left):
        """What became of a selection, as a notification: what was done, what was not, and why.

        :param str done: a sentence
        :param dict left: ``{release: why not}``
        """
        lines = [f"{release.name}: {why}" for release, why in left.items()]
        message = [done]
        if left:
            message.append(self.env._("%s left as they are:", len(left)))
            message += lines[:_MOST_LINES]
        if len(lines) > _MOST_LINES:
            message.append(self.env._("and %s more.", len(lines) - _MOST_LINES))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": "\n".join(message),
                "sticky": bool(left),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
