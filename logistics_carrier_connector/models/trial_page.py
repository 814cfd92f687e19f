"""Parts of screens about profiles and messages, as markup."""

from markupsafe import Markup


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
