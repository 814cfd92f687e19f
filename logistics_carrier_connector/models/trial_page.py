"""Parts of screens about profiles and messages, as markup."""

from markupsafe import Markup

from ..core.tree_nodes import nodes

MOST_NODES = 1500
_OPEN_LEVELS = 3


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
    found, is_cut = nodes(value, MOST_NODES)
    shown = Markup().join(_node(each, 1) for each in found)
    if is_cut:
        shown += Markup("<p class='text-muted'>…</p>")
    return Markup("<div class='font-monospace small'>%s</div>") % shown


def _node(node, depth):
    label = Markup("<span class='text-info' title='%s'>%s</span>") % (node["path"], node["name"])
    if node["kind"] == "value":
        return Markup("<div>%s: %s</div>") % (label, node["value"])
    count = f"{{{node['count']}}}" if node["kind"] == "object" else f"[{node['count']}]"
    inside = Markup().join(_node(each, depth + 1) for each in node["children"])
    return Markup(
        "<details%s><summary>%s <span class='text-muted'>%s</span></summary>"
        "<div class='ps-3 border-start'>%s</div></details>"
    ) % (Markup(" open='open'") if depth <= _OPEN_LEVELS else "", label, count, inside)
