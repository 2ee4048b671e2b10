"""What every customer of a feed comes to, computed from the rules' text alone.

Nothing here knows how the engine works: amounts are summed by calendar month, and each question (which tier, how many
points, what is this period's figure) is answered from these sums in the plainest way there is. It is slow and short on
purpose. What is left out: campaigns, referral, networks, lots, tiers by hand; a feed of sales and returns has none.
"""

import csv
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

MINOR_DIGITS = {"GBP": 2, "EUR": 2, "USD": 2, "VND": 0, "JPY": 0}


def month_of(at):
    """The calendar month of a local time, as a number that counts on."""
    return at.year * 12 + at.month - 1


@dataclass
class Tier:
    id: str
    minimum: int  # in the criterion's unit: minor units of the currency, or points
    keep_points: int
    bonus: int
    multiplier_bp: int


class Rules:
    """What of a program's JSON a feed of sales and returns meets."""

    def __init__(self, program):
        digits = MINOR_DIGITS[program["currency"]]
        self.scale = 10**digits
        self.zone = ZoneInfo(program["time_zone"])
        earn = program["points"]["earn"]
        self.per_amount = self.minor(earn["per_amount"])
        self.points = int(earn["points"])
        self.return_days = int(program["points"].get("return_days", 365))
        tiering = program["tiering"]
        self.criterion = tiering["criterion"]
        self.review = tiering.get("review", "never")
        self.counts_points = self.criterion.endswith("ranking_points")
        unit = int if self.counts_points else self.minor
        self.tiers = [
            Tier(t["id"], unit(t["min"]), int(t.get("keep_points", 0)), int(t.get("upgrade_bonus", 0)),
                 int(t.get("multiplier_bp", 10000)))
            for t in program["tiers"] if t.get("active", True)
        ]
        self.tiers.sort(key=lambda tier: tier.minimum)

    def minor(self, text):
        """A decimal text as whole minor units; one that is finer than the currency is a fault of the file."""
        value = Decimal(text) * self.scale
        if value != int(value):
            raise ValueError(f"{text} is finer than the currency")
        return int(value)

    def decimal(self, minor):
        if self.scale == 1:
            return str(minor)
        sign = "-" if minor < 0 else ""
        return f"{sign}{abs(minor) // self.scale}.{abs(minor) % self.scale:0{len(str(self.scale)) - 1}d}"

    def earned(self, amount, multiplier_bp=10000):
        """Points of a receipt: the multiplier acts on whole points, and there is one floor at the end."""
        return amount // self.per_amount * self.points * multiplier_bp // 10000

    def tier_of(self, figure):
        """The highest tier whose minimum is at most the figure; below 0 counts as 0."""
        return max(i for i, tier in enumerate(self.tiers) if tier.minimum <= max(figure, 0))

    def months_of_period(self, month):
        """The first month of the period that a month lies in, and how many months a period has."""
        if self.criterion == "month_spend":
            length = 1
        else:
            length = {"monthly": 1, "half_yearly": 6, "yearly": 12}[self.review]
        return month - month % length, length


@dataclass
class Receipt:
    at: datetime
    month: int
    amount: int
    multiplier_bp: int
    customer: str
    left: int = 0
    returned: bool = False  # anything of it
    whole: bool = True  # counts as an order


@dataclass
class Customer:
    spend: dict = field(default_factory=lambda: defaultdict(int))  # by month
    earned: dict = field(default_factory=lambda: defaultdict(int))  # by month, tier bonuses included
    points: int = 0
    receipts: list = field(default_factory=list)
    bonuses: dict = field(default_factory=dict)  # those of the period `bonus_period`: {tier: points}
    bonus_period: int | None = None
    settled: int = 0  # bonuses up to this tier are final: time lowered the tier that they came with
    held: int = 0  # the tier after the newest row

    def orders(self):
        return [receipt for receipt in self.receipts if receipt.whole]


class Book:
    """All customers of one program, fed row by row in the feed's order."""

    def __init__(self, rules):
        self.rules = rules
        self.customers = {}
        self.receipts = {}  # (terminal, number) -> Receipt
        self.names = {}  # (terminal, number) -> the row that has the name
        self.now = None
        self.refused = 0
        self.duplicates = 0
        self.anonymous = 0

    # Tiers

    def period_figure(self, customer, month):
        """What the period of a month came to."""
        first, length = self.rules.months_of_period(month)
        sums = customer.earned if self.rules.counts_points else customer.spend
        return sum(sums[m] for m in range(first, first + length) if m in sums)

    def metric(self, customer, now):
        """The figure that decides the tier: of two months, the better one."""
        if self.rules.criterion == "month_spend":
            month = month_of(now)
            return max(customer.spend.get(month - 1, 0), customer.spend.get(month, 0))
        return self.current(customer, now)

    def current(self, customer, now):
        """What a command of now adds to: the figure that bonuses are climbed by."""
        rules = self.rules
        if rules.criterion == "lifetime_spend":
            return sum(customer.spend.values())
        if rules.criterion == "lifetime_ranking_points":
            return sum(customer.earned.values())
        if rules.criterion == "monthly_average_spend":
            total = sum(customer.spend.values())
            orders = customer.orders()
            if not orders:
                return total
            return total // (month_of(now) - month_of(min(order.at for order in orders)) + 1)
        return self.period_figure(customer, month_of(now))

    def opening(self, customer, now):
        """The tier that the period of now began with: what the figure of the one before reaches."""
        if self.rules.criterion.startswith(("lifetime", "monthly_average")):
            return 0
        first, _ = self.rules.months_of_period(month_of(now))
        return self.rules.tier_of(self.period_figure(customer, first - 1))

    def tier(self, customer, now):
        return max(self.opening(customer, now), self.rules.tier_of(self.metric(customer, now)))

    def settle_bonuses(self, customer):
        """Climbs from the opening tier by the figure without this period's bonuses; posts what is more or less than before."""
        rules = self.rules
        month = month_of(self.now)
        if rules.criterion.startswith(("lifetime", "monthly_average")):
            period = 0
        else:
            period, _ = rules.months_of_period(month)
        if customer.bonus_period != period:
            customer.bonus_period, customer.bonuses, customer.settled = period, {}, 0
        paid = sum(customer.bonuses.values())
        figure = self.current(customer, self.now) - (paid if rules.counts_points else 0)
        due = {}
        for i in range(max(self.opening(customer, self.now), customer.settled) + 1, len(rules.tiers)):
            if rules.tiers[i].minimum > figure + (sum(due.values()) if rules.counts_points else 0):
                break
            due[i] = rules.tiers[i].bonus
        difference = sum(due.values()) - paid
        customer.bonuses = due
        customer.points += difference
        customer.earned[month] += difference
        customer.held = self.tier(customer, self.now)

    def let_time_pass(self, customer):
        """A month without purchases lowers an average. The rules take bonuses back with what a command lowers, so this leaves
        what was paid; as a bonus is paid once, it is not paid again either."""
        if self.rules.criterion == "monthly_average_spend" and self.tier(customer, self.now) < customer.held:
            customer.settled = max([customer.settled, *customer.bonuses])
            customer.bonuses = {}

    # Rows

    def feed(self, row):
        """One row of the feed. True: taken, or there already."""
        name = (row["terminal"], row["receipt"])
        if name in self.names:
            if self.names[name] == row:
                self.duplicates += 1
                return True
            self.refused += 1
            return False
        at = datetime.fromisoformat(row["at"])
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.rules.zone)
        at = at.astimezone(self.rules.zone)
        # What is refused moves no clock, but whoever asks for it has been enrolled by then.
        customer = None
        if row["customer"]:
            customer = self.customers.setdefault(row["customer"], Customer())
        now = max(at, self.now, key=lambda t: t.timestamp()) if self.now else at
        before, self.now = self.now, now
        if customer is not None:
            self.let_time_pass(customer)
        taken = getattr(self, "feed_" + row["kind"])(row, name, at, customer)
        if not taken:
            self.now = before
            self.refused += 1
            return False
        self.names[name] = row
        if customer is None:
            self.anonymous += 1
        else:
            self.settle_bonuses(customer)
        return True

    def feed_sale(self, row, name, at, customer):
        amount = self.rules.minor(row["amount"])
        receipt = Receipt(at, month_of(at), amount, 10000, row["customer"], left=amount)
        self.receipts[name] = receipt
        if customer is None:
            return True
        receipt.multiplier_bp = self.rules.tiers[self.tier(customer, self.now)].multiplier_bp
        self.post(customer, receipt.month, amount, self.rules.earned(amount, receipt.multiplier_bp))
        customer.receipts.append(receipt)
        return True

    def feed_return(self, row, name, at, customer):
        amount = self.rules.minor(row["amount"])
        if not row.get("original"):
            if customer is not None:
                self.post(customer, month_of(at), -amount, -self.rules.earned(amount))
            return True
        receipt = self.original(row)
        if receipt is None or amount > receipt.left or not receipt.whole:
            return False
        return self.take_back(receipt, amount, at, customer)

    def feed_void(self, row, name, at, customer):
        receipt = self.original(row)
        if receipt is None or receipt.returned:
            return False
        return self.take_back(receipt, receipt.left, at, customer)

    def original(self, row):
        terminal, _, number = row["original"].rpartition("/")
        return self.receipts.get((terminal or row["terminal"], number))

    def take_back(self, receipt, amount, at, customer):
        """What the receipt earns on what is left of it, less what it earned before: so pieces come to the whole."""
        if (at.timestamp() - receipt.at.timestamp()) / 86400 > self.rules.return_days:
            return False
        receipt.returned = True
        before = self.rules.earned(receipt.left, receipt.multiplier_bp)
        receipt.left -= amount
        if receipt.left == 0:
            receipt.whole = False
        if customer is not None:
            self.post(customer, receipt.month, -amount, self.rules.earned(receipt.left, receipt.multiplier_bp) - before)
        return True

    def post(self, customer, month, spend, points):
        customer.spend[month] += spend
        customer.earned[month] += points
        customer.points += points

    # What is told

    def told(self, key):
        """The columns of `tim export customers` that the rules define for whoever only buys and returns."""
        customer = self.customers[key]
        rules = self.rules
        now = self.now
        tier = rules.tiers[self.tier(customer, now)]
        metric = self.metric(customer, now)
        orders = sorted(order.at.timestamp() for order in customer.orders())
        return {
            "class": "retail",
            "tier": tier.id,
            "points": str(customer.points),
            "held": "0",
            "spendable": str(max(0, customer.points - tier.keep_points)),
            "ranking_points": str(sum(customer.earned.values())),
            "period_metric": str(metric) if rules.counts_points else rules.decimal(metric),
            "lifetime_spend": rules.decimal(sum(customer.spend.values())),
            "month_spend": rules.decimal(customer.spend.get(month_of(now), 0)),
            "orders": str(len(orders)),
            "first_order_at": orders[0] if orders else "",
            "last_order_at": orders[-1] if orders else "",
        }


def instant(text):
    """An exported time as an instant, so that only the moment is compared and not how it is written."""
    return datetime.fromisoformat(text).astimezone(timezone.utc).timestamp() if text else ""


def rows_of(path):
    with (gzip.open if str(path).endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def compute(program_path, feed_path):
    with open(program_path, encoding="utf-8") as file:
        book = Book(Rules(json.load(file)))
    for row in rows_of(feed_path):
        book.feed(row)
    return book
