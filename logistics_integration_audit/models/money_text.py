"""Money as audit entries tell it."""


def money_text(amount, currency):
    """The amount with exactly the decimals of its currency: ``12.50``, the same in any language."""
    return f"{amount:.{currency.decimal_places}f}"
