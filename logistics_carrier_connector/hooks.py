def uninstall_hook(env):
    """Let go of what the tables of this module hold; they are dropped a moment later.

    Workers that people added to a lane, and the sequences of control numbers, are no records of the
    module's own, and messages would hold the connections that Odoo deletes before them.
    """
    workers = env["ir.cron"].with_context(active_test=False)
    models = ("logistics.poll", "logistics.folder")
    workers.search(
        ["|", ("logistics_lane", "!=", False), ("model_id.model", "in", models)]
    ).unlink()
    connections = env["logistics.connection"].with_context(active_test=False)
    connections.search([("ack_sequence_id", "!=", False)]).ack_sequence_id.unlink()
    env.cr.execute(
        "ALTER TABLE logistics_message DROP CONSTRAINT IF EXISTS"
        " logistics_message_connection_id_fkey"
    )
