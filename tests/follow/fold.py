#!/usr/bin/env python3
"""Folds the lines of `tim --json tail` into what every customer has: a small example of a follower, and a check of the stream.

It knows nothing of the rules: it adds up what the lines say, keeps the newest of what they say stands, and takes from the
program's file what a tier keeps back and from which spend of a month on somebody counts as a VIP."""

import argparse
import csv
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

COLUMNS = ["customer", "id", "class", "tier", "points", "held", "spendable", "ranking_points", "lifetime_spend", "month_spend", "orders",
           "first_order_at", "last_order_at", "vip", "commission", "status"]


@dataclass
class Customer:
    keys: list = field(default_factory=list)
    is_vip: bool = False
    is_blocked: bool = False
    vip: int = 0  # who is above
    tier: str = ""
    points: int = 0
    held: int = 0
    ranking: int = 0
    spend: dict = field(default_factory=lambda: defaultdict(Decimal))  # by month
    orders: int = 0
    first_order: str = ""
    last_order: str = ""
    commission: Decimal = Decimal(0)
    prospect: bool = False

    def label(self, number):
        return self.keys[0] if self.keys else f"id:{number}"


def earlier(a, b):
    return a if datetime.fromisoformat(a) <= datetime.fromisoformat(b) else b


def later(a, b):
    return a if datetime.fromisoformat(a) >= datetime.fromisoformat(b) else b


class Fold:
    """Everybody of one program, line by line. A line that comes twice or out of order is an error."""

    def __init__(self):
        self.customers = defaultdict(Customer)
        self.through = 0  # go on with --from through + 1
        self.latest = ""

    def take(self, line):
        if line["sequence"] <= self.through:
            raise ValueError(f"{line['sequence']} comes after {self.through}")
        self.through = line["sequence"]
        if line["subject"] in ("customer", "anonymous", "wallet") and line["at"]:
            self.latest = later(self.latest, line["at"]) if self.latest else line["at"]
        if line["subject"] == "wallet":
            self.customers[line["id"]].commission = Decimal(line["available"]) + Decimal(line["pending"])
        elif line["subject"] == "customer":
            self.take_customers(self.customers[line["id"]], line)

    def take_customers(self, customer, line):
        kind = line["type"]
        customer.keys = line.get("keys", customer.keys)
        customer.points = line["points_after"]
        customer.held = line["held_after"]
        customer.tier = line["tier_after"]
        customer.ranking += line["ranking"]
        customer.orders += line["orders"]
        if "month" in line:
            customer.spend[line["month"]] += Decimal(line["spend"])
        if line["orders"] > 0:
            at = line["at"]
            customer.first_order = earlier(customer.first_order, at) if customer.first_order else at
            customer.last_order = later(customer.last_order, at) if customer.last_order else at
        if kind == "order_undone":
            customer.first_order = line["first_order_at"] or ""
            customer.last_order = line["last_order_at"] or ""
        if kind in ("customer_blocked", "customer_unblocked"):
            customer.is_blocked = kind == "customer_blocked"
        if kind == "erased":
            customer.keys = []
        if kind in ("vip_granted", "vip_undone"):
            customer.is_vip = kind == "vip_granted"
        if kind == "member_assigned":
            customer.vip = line.get("counterparty", 0)
        if kind == "classified":
            customer.prospect = line["classes"]["status"] == "prospect"

    def rows(self, program):
        """The customers as `tim export customers` lists them."""
        keeps = {tier["id"]: int(tier.get("keep_points", 0)) for tier in program["tiers"]}
        figure = program.get("classification", {}).get("statuses_vip_month_spend")
        now = self.latest[:7]
        year, month = int(now[:4]), int(now[5:])
        before = f"{year if month > 1 else year - 1:04}-{month - 1 or 12:02}"
        for number, customer in self.customers.items():
            this_month = customer.spend.get(now, Decimal(0))
            status = "purchased" if customer.orders > 0 else "prospect" if customer.prospect else "new"
            if figure and max(this_month, customer.spend.get(before, Decimal(0))) > Decimal(figure):
                status = "vip"
            yield {
                "customer": customer.label(number), "id": str(number),
                "class": "vip" if customer.is_vip else "member" if customer.vip else "retail",
                "tier": customer.tier, "points": str(customer.points), "held": str(customer.held),
                "spendable": str(0 if customer.is_blocked else max(0, customer.points - customer.held - keeps[customer.tier])),
                "ranking_points": str(customer.ranking), "lifetime_spend": str(sum(customer.spend.values(), Decimal(0))),
                "month_spend": str(this_month), "orders": str(customer.orders),
                "first_order_at": customer.first_order, "last_order_at": customer.last_order,
                "vip": self.customers[customer.vip].label(customer.vip) if customer.vip else "",
                "commission": str(customer.commission), "status": status,
            }


def fold(lines):
    folded = Fold()
    for line in lines:
        folded.take(json.loads(line))
    return folded


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="example:\n  tim --json tail --from 1 --until-end | tests/follow/fold.py program.json")
    parser.add_argument("program", type=argparse.FileType(encoding="utf-8"), help="the program's JSON file")
    parser.add_argument("changes", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin, help="default: standard input")
    given = parser.parse_args()
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(fold(given.changes).rows(json.load(given.program)), key=lambda row: row["customer"]))


if __name__ == "__main__":
    main()
