"""Every method of pricing, with examples worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.breaks import (
    BRACKET,
    FIXED,
    GRADUATED,
    Break,
    Table,
    single,
)
from odoo.addons.logistics_billing_rules.core.condition import read
from odoo.addons.logistics_billing_rules.core.measure import MEASURES, Basis, Cost, Quantity
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.quote import quote
from odoo.addons.logistics_billing_rules.core.rate import (
    Charge,
    Line,
    OnCost,
    Percentages,
    PerUnit,
    Share,
    Unpriced,
)
from odoo.addons.logistics_billing_rules.core.vocabulary import VOCABULARY

D = Decimal
DAY = date(2026, 3, 2)


def eur(text: str) -> Money:
    return Money(D(text), "EUR")


def basis(goods: str = "900", costs: tuple[Cost, ...] = (), day: date = DAY, **measures) -> Basis:
    return Basis(eur(goods), day, {name: D(str(value)) for name, value in measures.items()}, costs)


def per(measure: str, rate: str, *, per: str = "1", **options) -> PerUnit:
    return PerUnit(Quantity(measure, **options), single(eur(rate), D(per)))


def table(structure: str, *rows: tuple[str, str], **options) -> Table:
    return Table(structure, tuple(Break(D(start), eur(rate)) for start, rate in rows), **options)


def line(method, charge_type="freight", name="Freight", **bounds) -> Line:
    return Line(name.lower(), charge_type, name, method, **bounds)


def price(method, about: Basis, **bounds) -> Charge | Unpriced | None:
    return line(method, **bounds).price(about, (), 2)


PARCEL = (("0", "5.49"), ("2", "7.49"), ("5", "9.90"), ("10", "14.90"))
# A class rate per hundredweight, falling with the weight, as less-than-truckload tariffs have it.
LTL = (("0", "42.10"), ("500", "31.65"), ("1000", "24.80"), ("2000", "19.40"))


@pytest.mark.parametrize(
    ("method", "about", "amount"),
    [
        # Flat
        (per("shipment", "18.50"), basis(), "18.50"),
        # Actual weight: 412.5 × 0.32
        (per("weight", "0.32"), basis(weight="412.5"), "132.00"),
        # Rates per 100 kg: 4.125 × 31.40
        (per("weight", "31.40", per="100"), basis(weight="412.5"), "129.53"),
        # Dimensional: 0.12 m³ at 5000 is 24 kg, heavier than 9.3 kg
        (
            per("chargeable_weight", "1.10", divisor=D(5000)),
            basis(weight="9.3", volume="0.12"),
            "26.40",
        ),
        # The same parcel at 6000 is 20 kg
        (
            per("chargeable_weight", "1.10", divisor=D(6000)),
            basis(weight="9.3", volume="0.12"),
            "22.00",
        ),
        # Actual weight wins: 0.12 m³ is 24 kg, the scales say 31
        (
            per("chargeable_weight", "1.10", divisor=D(5000)),
            basis(weight="31", volume="0.12"),
            "34.10",
        ),
        # Begun half kilograms, as in air express: 9.3 counts as 9.5
        (per("weight", "2", step=D("0.5")), basis(weight="9.3"), "19.00"),
        (per("volume", "85"), basis(volume="2.4"), "204.00"),
        (per("package", "38"), basis(package="6"), "228.00"),
        (per("piece", "0.15"), basis(piece="1200"), "180.00"),
        # A warehouse: per pick and per pallet that goes out
        (per("pick", "0.38"), basis(pick="42"), "15.96"),
        (per("pallet", "6.20"), basis(pallet="3"), "18.60"),
        # A truck: 412 km, the first 50 in the basic price, 1.35 for each of the others
        (per("distance", "1.35", free=D(50)), basis(distance="412"), "488.70"),
        # Three pallets for 12 days, 5 days free: 7 × 3 = 21 pallet-days at 0.55
        (
            per("storage_pallet_day", "0.55", free=D(5)),
            basis(storage_day="12", pallet="3"),
            "11.55",
        ),
        # Handling: an order fee would be a line of its own; here each order line
        (per("order_line", "0.45"), basis(order_line="7"), "3.15"),
        # Stop-off charges: the first and the last stop are in the freight
        (per("stop", "75", free=D(2)), basis(stop="4"), "150.00"),
        # Parcel table: up to 2, up to 5, up to 10 and over
        (PerUnit(Quantity("weight"), table(FIXED, *PARCEL, up_to=True)), basis(weight="2"), "5.49"),
        (
            PerUnit(Quantity("weight"), table(FIXED, *PARCEL, up_to=True)),
            basis(weight="2.001"),
            "7.49",
        ),
        (PerUnit(Quantity("weight"), table(FIXED, *PARCEL, up_to=True)), basis(weight="5"), "7.49"),
        (
            PerUnit(Quantity("weight"), table(FIXED, *PARCEL, up_to=True)),
            basis(weight="31"),
            "14.90",
        ),
        # Class rate per 100: 420 × 42.10 / 100 = 176.82, but 500 × 31.65 / 100 = 158.25 is cheaper
        (
            PerUnit(Quantity("weight"), table(BRACKET, *LTL, per=D(100), deficit=True)),
            basis(weight="420"),
            "158.25",
        ),
        # Without deficit weight
        (
            PerUnit(Quantity("weight"), table(BRACKET, *LTL, per=D(100))),
            basis(weight="420"),
            "176.82",
        ),
        # Light enough that nothing else is cheaper: 300 × 0.421
        (
            PerUnit(Quantity("weight"), table(BRACKET, *LTL, per=D(100), deficit=True)),
            basis(weight="300"),
            "126.30",
        ),
        # 500 belongs to the bracket that starts there
        (
            PerUnit(Quantity("weight"), table(BRACKET, *LTL, per=D(100))),
            basis(weight="500"),
            "158.25",
        ),
        # Graduated: 100 × 0.50 + 200 × 0.40 + 50 × 0.30
        (
            PerUnit(
                Quantity("piece"), table(GRADUATED, ("0", "0.50"), ("100", "0.40"), ("300", "0.30"))
            ),
            basis(piece="350"),
            "145.00",
        ),
        # Waiting: 47 minutes, 30 free, begun quarters of an hour at 0.75 a minute: 30 × 0.75
        (
            per("waiting_minute", "0.75", free=D(30), step=D(15)),
            basis(waiting_minute="47"),
            "22.50",
        ),
        # The first failed attempt is free
        (per("attempt", "12", free=D(1)), basis(attempt="3"), "24.00"),
        # Storage at the terminal: 12 days, 5 of them free: 7 × 3.15
        (per("storage_day", "3.15", free=D(5)), basis(storage_day="12"), "22.05"),
        (per("return", "9.80"), basis(**{"return": "1"}), "9.80"),
        # Shares of the goods
        (Share(D("3.5"), "goods"), basis(goods="1234.56"), "43.21"),
        # Cost-plus and pass-through
        (OnCost(percent=D(12)), basis(costs=(Cost("freight", eur("80.25")),)), "89.88"),
        (
            OnCost(percent=D(10), absolute=eur("5")),
            basis(costs=(Cost("freight", eur("80")), Cost("fuel", eur("12")))),
            "106.20",
        ),
        (
            OnCost(("duty",)),
            basis(costs=(Cost("freight", eur("80")), Cost("duty", eur("31.07")))),
            "31.07",
        ),
    ],
)
def test_the_amount_is_what_a_person_computes_by_hand(method, about, amount) -> None:
    charge = price(method, about)

    assert isinstance(charge, Charge), charge
    assert charge.amount == eur(amount)


def test_the_explanation_leads_from_what_was_stated_to_the_amount() -> None:
    method = PerUnit(Quantity("weight"), table(BRACKET, *LTL, per=D(100), deficit=True))

    charge = price(method, basis(weight="421.3"), minimum=eur("170"))

    assert charge.steps == (
        "500 kg × 31.65 EUR per 100 kg (from 500 kg) = 158.25 EUR",
        "Cheaper than 421.3 kg × 42.10 EUR per 100 kg (from 0 kg) = 177.3673 EUR",
        "Below the minimum, so 170.00 EUR",
    )


def test_dimensional_weight_explains_itself() -> None:
    charge = price(
        per("chargeable_weight", "1.10", divisor=D(5000)), basis(weight="9.3", volume="0.0463")
    )

    assert charge.steps == (
        "0.0463 m³ / 5000 = 9.26 kg dimensional, 9.3 kg actual: the actual weight counts",
        "9.3 kg × 1.10 EUR per kg = 10.23 EUR",
    )


def test_pallets_in_storage_explain_their_free_days() -> None:
    charge = price(
        per("storage_pallet_day", "0.55", free=D(5)), basis(storage_day="12", pallet="3")
    )

    assert charge.steps == (
        "12 days less 5 free = 7 days",
        "7 days × 3 pallets = 21 pallet-days",
        "21 pallet-day × 0.55 EUR per pallet-day = 11.55 EUR",
    )


def test_what_was_not_stored_longer_than_its_free_days_costs_nothing() -> None:
    method = per("storage_pallet_day", "0.55", free=D(5))

    assert price(method, basis(storage_day="5")) is None
    assert price(method, basis()) is None
    assert price(method, basis(storage_day="6")) == Unpriced("the number of pallets", "service")


def test_rounding_is_said_and_done_once() -> None:
    charge = price(per("weight", "0.333"), basis(weight="10.1"))

    assert charge.amount == eur("3.36")
    assert charge.steps[-1] == "Rounded: 3.36 EUR"


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        (per("weight", "0.3"), "the weight of the shipment"),
        (per("package", "38"), "the number of packages"),
        (per("chargeable_weight", "1", divisor=D(5000)), "the weight of the shipment"),
    ],
)
def test_what_nobody_stated_has_no_price_and_no_minimum(method, missing) -> None:
    assert price(method, basis(), minimum=eur("25")) == Unpriced(missing, "service")


@pytest.mark.parametrize(
    ("method", "missing", "owes"),
    [
        (OnCost(), "the accepted charge of the carrier", "carrier"),
        (
            PerUnit(Quantity("shipment"), table(BRACKET, ("10", "0.30"))),
            "a rate for 1 shipment",
            "finance",
        ),
        (
            Share(Percentages("Fuel surcharge", ((date(2026, 4, 1), D(11)),)), "goods"),
            "Fuel surcharge for 2026-03-02",
            "finance",
        ),
    ],
)
def test_what_is_missing_is_owed_by_somebody(method, missing, owes) -> None:
    assert price(method, basis(), minimum=eur("25")) == Unpriced(missing, owes)


def test_a_pass_through_of_what_may_never_come_waits_for_nothing() -> None:
    method = OnCost(("accessorial",), awaited=False)

    assert price(method, basis(costs=(Cost("freight", eur("80")),))) is None
    assert price(method, basis(costs=(Cost("accessorial", eur("9.5")),))).amount == eur("9.50")


def test_the_volume_is_asked_for_when_only_the_weight_is_known() -> None:
    method = per("chargeable_weight", "1", divisor=D(5000))

    assert price(method, basis(weight="3")) == Unpriced("the volume of the shipment")


@pytest.mark.parametrize("measure", sorted(m for m, what in MEASURES.items() if what.happens))
def test_what_did_not_happen_costs_nothing(measure) -> None:
    assert price(per(measure, "12"), basis(), minimum=eur("25")) is None


def test_free_quantities_cost_nothing_and_not_the_minimum_either() -> None:
    assert (
        price(per("storage_day", "2", free=D(5)), basis(storage_day="5"), minimum=eur("9")) is None
    )


def test_minimum_and_maximum_bound_the_amount() -> None:
    method = per("weight", "0.4")
    bounds = {"minimum": eur("25"), "maximum": eur("100")}

    assert price(method, basis(weight="10"), **bounds).amount == eur("25.00")
    assert price(method, basis(weight="100"), **bounds).amount == eur("40.00")
    assert price(method, basis(weight="1000"), **bounds).amount == eur("100.00")


def test_a_fuel_surcharge_is_the_one_of_the_day() -> None:
    fuel = Percentages("Fuel surcharge", ((date(2026, 3, 1), D("14.5")), (date(2026, 2, 1), D(13))))
    lines = [
        line(per("weight", "0.5")),
        line(Share(fuel, ("freight",)), "fuel", "Fuel"),
    ]

    march = quote(lines, basis(weight="200"), 2)
    february = quote(lines, basis(weight="200", day=date(2026, 2, 28)), 2)

    assert [c.amount for c in march.charges] == [eur("100.00"), eur("14.50")]
    assert [c.amount for c in february.charges] == [eur("100.00"), eur("13.00")]
    assert march.charges[1].steps == (
        "Fuel surcharge on 2026-03-02: 14.5 %",
        "14.5 % of Freight 100.00 EUR = 14.50 EUR",
    )


def test_a_discount_is_a_negative_share_of_what_stands_before_it() -> None:
    lines = [
        line(per("weight", "0.5")),
        line(per("attempt", "35", free=D(1)), "accessorial", "Second attempt"),
        line(Share(D(-10), ("freight",)), "freight", "Discount"),
        line(Share(D("2")), "other", "Peak season"),
    ]

    priced = quote(lines, basis(weight="200", attempt="2"), 2)

    assert [str(c.amount) for c in priced.charges] == [
        "100.00 EUR",
        "35.00 EUR",
        "-10.00 EUR",
        "2.50 EUR",
    ]
    assert not priced.missing


def test_a_share_of_what_has_no_price_has_none_either() -> None:
    lines = [
        line(per("weight", "0.5")),
        line(Share(D(12), ("freight",)), "fuel", "Fuel"),
        line(per("shipment", "3"), "other", "Documents"),
    ]

    priced = quote(lines, basis(), 2)

    assert priced.missing == (
        ("Freight", Unpriced("the weight of the shipment")),
        ("Fuel", Unpriced("the price of Freight")),
    )
    assert [c.name for c in priced.charges] == ["Documents"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Quantity("parsecs"),
        lambda: Quantity("chargeable_weight"),
        lambda: Quantity("weight", divisor=D(5000)),
        lambda: Quantity("weight", free=D(-1)),
        lambda: Table("stairs", (Break(D(0), eur("1")),)),
        lambda: Table(BRACKET, ()),
        lambda: table(BRACKET, ("10", "1"), ("0", "2")),
        lambda: table(BRACKET, ("0", "1"), ("0", "2")),
        lambda: table(FIXED, ("0", "1"), ("5", "2"), deficit=True),
        lambda: Table(BRACKET, (Break(D(0), eur("1")), Break(D(1), Money(D(1), "USD")))),
        lambda: Table(BRACKET, (Break(D(0), eur("1")),), per=D(0)),
    ],
)
def test_a_table_that_makes_no_sense_cannot_be_built(make) -> None:
    with pytest.raises(ValueError):
        make()


def test_currencies_never_mix() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        quote(
            [line(OnCost())],
            basis(costs=(Cost("freight", eur("80")), Cost("fuel", Money(D(3), "USD")))),
            2,
        )


# === When a line applies === #


def when(text: str, method=None, name: str = "Freight") -> Line:
    method = method or per("shipment", "5")
    return line(method, name=name, condition=read(text, VOCABULARY))


@pytest.mark.parametrize(
    ("text", "charged"),
    [
        ("[]", True),
        ("[('weight', '>', 30)]", True),
        ("[('goods', '>=', 1000)]", False),
        ("[('day', '>=', '2026-03-01'), ('day', '<=', '2026-03-31')]", True),
        ("[('weekday', 'in', ['5', '6'])]", False),  # 2 March 2026 is a Monday
        ("[('zip', '=ilike', '80%')]", True),
        ("[('service_level', '=', 'express')]", False),
    ],
)
def test_a_line_is_charged_when_its_condition_holds(text, charged) -> None:
    about = Basis(eur("900"), DAY, {"weight": D(40)}, stated={"zip": "80331"})

    assert bool(quote([when(text)], about, 2).charges) == charged


def test_a_condition_about_what_nobody_stated_leaves_the_price_open() -> None:
    priced = quote([when("[('weight', '<', 30)]"), when("[]", name="Documents")], basis(), 2)

    assert priced.missing == (("Freight", Unpriced("the weight of the shipment")),)
    assert [c.name for c in priced.charges] == ["Documents"]


def test_a_share_waits_for_a_line_that_may_or_may_not_apply() -> None:
    share = line(Share(D(10), ("freight",)), "fuel", "Fuel")

    priced = quote([when("[('weight', '<', 30)]"), share], basis(), 2)

    assert [name for name, _why in priced.missing] == ["Freight", "Fuel"]


def test_a_line_knows_whether_the_weight_matters_to_it() -> None:
    assert line(per("weight", "1")).weighs
    assert line(per("chargeable_weight", "1", divisor=D(5000))).weighs
    assert when("[('weight', '>', 30)]").weighs
    assert not when("[('goods', '>', 30)]").weighs


# === Properties === #

quantities = st.decimals("0.001", "100000", places=3)
rates = st.decimals("0", "500", places=4)


@st.composite
def tables(draw, structure: str, falling: bool = False, **options) -> Table:
    starts = sorted(draw(st.sets(st.integers(1, 5000), max_size=6)))
    amounts = [draw(rates) for _n in range(len(starts) + 1)]
    if falling:
        amounts.sort(reverse=True)
    rows = zip([D(0), *map(D, starts)], amounts, strict=True)
    return Table(structure, tuple(Break(s, Money(a, "EUR")) for s, a in rows), **options)


@given(tables(BRACKET, deficit=True), quantities, quantities)
def test_with_deficit_quantities_more_never_costs_less(made, one, other) -> None:
    less, more = sorted((one, other))

    assert not made.work(more, "kg").amount < made.work(less, "kg").amount


@given(tables(GRADUATED), quantities, quantities)
def test_graduated_prices_grow_with_the_quantity(made, one, other) -> None:
    less, more = sorted((one, other))

    assert not made.work(more, "kg").amount < made.work(less, "kg").amount


@given(tables(GRADUATED), quantities)
def test_a_graduated_price_is_the_sum_of_its_parts(made, quantity) -> None:
    starts = [b.start for b in made.breaks]
    by_hand = sum(
        max(min(quantity, end) - start, D(0)) * b.rate.amount
        for b, start, end in zip(made.breaks, starts, [*starts[1:], quantity], strict=True)
    )

    assert made.work(quantity, "kg").amount.amount == by_hand


@given(tables(BRACKET, falling=True), quantities)
def test_deficit_quantities_never_cost_more(made, quantity) -> None:
    with_deficit = Table(made.structure, made.breaks, deficit=True)

    plain_price = made.work(quantity, "kg").amount
    assert not plain_price < with_deficit.work(quantity, "kg").amount


@given(quantities, rates, st.decimals("0", "300", places=2), st.decimals("0", "300", places=2))
def test_the_amount_stays_within_its_bounds(quantity, rate, one, other) -> None:
    least, most = sorted((one, other))
    bounds = {"minimum": Money(least, "EUR"), "maximum": Money(most, "EUR")}

    charge = price(
        PerUnit(Quantity("weight"), single(Money(rate, "EUR"))), basis(weight=quantity), **bounds
    )

    assert charge.amount.amount >= least
    assert not most or charge.amount.amount <= most


@given(st.integers(0, 400), st.integers(0, 60), st.sampled_from(["0", "1", "7", "30"]))
def test_another_day_of_storage_never_lowers_the_price(days, free, step) -> None:
    method = per("storage_day", "1.75", free=D(free), step=D(step))

    def amount(of: int) -> Decimal:
        charge = price(method, basis(storage_day=of))
        return charge.amount.amount if charge else D(0)

    assert amount(days) <= amount(days + 1)


@given(st.lists(st.sampled_from(["weight", "package", "attempt", "shipment"]), max_size=6))
def test_the_same_facts_give_the_same_quote(measures) -> None:
    lines = [line(per(m, "3.337"), name=f"{m} {n}") for n, m in enumerate(measures)]
    about = basis(weight="12.25", package="2", attempt="1")

    assert quote(lines, about, 2) == quote(lines, about, 2)
    assert sum(c.amount.amount for c in quote(lines, about, 2).charges) == sum(
        price(one.method, about).amount.amount for one in lines
    )
