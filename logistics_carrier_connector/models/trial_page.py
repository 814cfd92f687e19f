"""Parts of screens about profiles, as markup: what a message is decoded to, and what it states."""

from decimal import Decimal

from markupsafe import Markup, escape

from . import message_fate

MOST_NODES = 1500
_LONGEST = 200


def table(titles, rows):
    """A table; cells are texts or markup."""
    head = Markup().join(Markup("<th>%s</th>") % title for title in titles)
    body = Markup().join(
        Markup("<tr>%s</tr>")
        % Markup().join(Markup("<td>%s</td>") % ("" if cell is None else cell) for cell in row)
        for row in rows
    )
    return Markup(
        "<div class='table-responsive'><table class='table table-sm table-hover'>"
        "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
    ) % (head, body)


def alert(level, text):
    """One line that stands out."""
    return Markup("<div class='alert alert-%s mb-2' role='alert'>%s</div>") % (level, text)


def tree(value):
    """A decoded message that can be folded; at most ``MOST_NODES`` of its nodes."""
    budget = [MOST_NODES]
    shown = _node("", value, 0, budget)
    if budget[0] <= 0:
        shown += Markup("<p class='text-muted'>…</p>")
    return Markup("<div class='font-monospace small'>%s</div>") % shown


def _node(name, value, depth, budget):
    budget[0] -= 1
    if budget[0] < 0:
        return Markup()
    label = Markup("<span class='text-info'>%s</span>") % name if name else Markup()
    if isinstance(value, dict | list) and value:
        pairs = (
            value.items()
            if isinstance(value, dict)
            else ((f"[{index}]", each) for index, each in enumerate(value))
        )
        inside = Markup().join(_node(key, each, depth + 1, budget) for key, each in pairs)
        count = f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]"
        return Markup(
            "<details%s><summary>%s <span class='text-muted'>%s</span></summary>"
            "<div class='ps-3 border-start'>%s</div></details>"
        ) % (Markup(" open='open'") if depth < 3 else "", label, count, inside)
    text = str(value) if isinstance(value, Decimal | str) else repr(value)
    return Markup("<div>%s: %s</div>") % (label, escape(text[:_LONGEST]))


def facts(env, reading):
    """What was read, as a table of facts; with the exceptions that explained their codes."""
    names = {
        code: milestone.name
        for code, milestone in env["logistics.milestone"].search([]).grouped("code").items()
    }
    rows = []
    for index, stated in reading.facts:
        said = message_fate.summary(stated)
        rows.append(
            (
                index + 1,
                names.get(said["what"], said["what"]),
                (said.get("occurred_at") or "")[:19].replace("T", " "),
                said.get("classifier", ""),
                said["references"],
                said.get("code", ""),
                getattr(stated, "reason", ""),
                getattr(stated, "responsible_party", ""),
            )
        )
    titles = (
        env._("Item"),
        env._("Says"),
        env._("When (UTC)"),
        env._("Kind"),
        env._("About"),
        env._("Sender's Code"),
        env._("Reason"),
        env._("Responsible"),
    )
    return table(titles, rows)


def problems(env, reading):
    """Everything that was not understood, in words, one alert each."""
    if reading.error:
        return alert("danger", reading.error.public_message)
    told = [
        alert("warning", env._("The profile does not say what “%s” means.", code))
        for code in sorted(reading.unmapped)
    ]
    told += [
        alert(
            "danger",
            env._("Item %(number)s cannot be read: %(why)s", number=index + 1, why=str(problem))
            if index >= 0
            else env._("The message cannot be read: %s", str(problem)),
        )
        for index, problem in reading.problems
    ]
    return Markup().join(told)
