"""A shop that is made from a seed: a program with lists of its own, customers with all that they can be classified by, and what they
bought in fourteen months."""

import csv
import random
from datetime import datetime, timedelta

PROGRAM = {
    "id": "asked", "name": "A shop that is asked", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
    "points": {"unit": "điểm", "earn": {"per_amount": "10000", "points": 1}, "below_zero": "debt"},
    "tiering": {"criterion": "lifetime_spend", "downgrade": "immediate", "review": "never"},
    "tiers": [
        {"id": "dong", "name": "Đồng", "min": "0"},
        {"id": "bac", "name": "Bạc", "min": "3000000"},
        {"id": "vang", "name": "Vàng", "min": "10000000", "keep_points": 100, "makes_vip": True},
    ],
    "network": {"enabled": True, "upline_earn": {"per_amount": "20000", "points": 1}, "pending_days": 7,
                "commission": [{"recruits": 0, "rate_bp": 200}], "payout": {"mode": "manual", "min_amount": "1000"}},
    "classification": {
        "statuses_vip_month_spend": "5000000",
        "sources": ["staff", "facebook", "google", "tiktok", "direct"],
        "natures": ["export", "wholesale", "retail", "dealer"],
        "types": ["individual", "cafe", "grocery"],
        "items": ["tea", "coffee", "beans"],
    },
}
LISTS = PROGRAM["classification"]
TIERS = [tier["id"] for tier in PROGRAM["tiers"]]
STAFF = ["NV01", "NV02", "NV03"]
CHANNELS = ["tet-2026", "brand"]
NOW = datetime(2026, 5, 31, 20)
BEGIN = datetime(2025, 4, 1, 8)

# Where "the last N months" begin, to the second.
BOUNDARIES = [datetime(2026, 4, 30), datetime(2026, 3, 31), datetime(2026, 2, 28), datetime(2025, 11, 30), datetime(2026, 5, 1)]


def write_customers(path, generate, customers):
    columns = ["customer", "keys", "name", "at", "status", "staff", "source", "channel", "natures", "types", "items", "birthday"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(1, customers + 1):
            some = lambda words: " ".join(generate.sample(words, generate.randint(0, min(2, len(words)))))  # noqa: E731
            birthday = f"{generate.randint(1, 12):02}-{generate.randint(1, 28):02}" if generate.random() < 0.6 else ""
            writer.writerow([
                f"card:{number}", f"email:c{number}@example.vn" if generate.random() < 0.3 else "", f"Customer {number}", BEGIN.isoformat(),
                "prospect" if generate.random() < 0.3 else "", generate.choice(STAFF + [""]), generate.choice(LISTS["sources"] + [""]),
                generate.choice(CHANNELS + [""]), some(LISTS["natures"]), some(LISTS["types"]), some(LISTS["items"]), birthday])


def write_feed(path, generate, customers, sales):
    """Sales in the order of their time, some around the instants at which months begin, some returned in part or whole."""
    rows = []
    seconds = int((NOW - BEGIN).total_seconds())
    sold = []
    for number in range(1, sales + 1):
        at = BEGIN + timedelta(seconds=generate.randrange(1, seconds))
        if generate.random() < 0.1:
            at = generate.choice(BOUNDARIES) + timedelta(seconds=generate.randint(-1, 1))
        # Few buy much.
        customer = 1 + int(customers * 0.9 * generate.random() ** 2)
        amount = generate.randrange(50_000, 2_500_000)
        rows.append((at, "sale", str(number), f"card:{customer}", str(amount), ""))
        sold.append((at, number, f"card:{customer}", amount))
    for at, number, customer, amount in generate.sample(sold, sales // 10):
        back = amount if generate.random() < 0.5 else generate.randrange(1, amount)
        later = min(at + timedelta(days=generate.randint(1, 60)), NOW - timedelta(seconds=1))
        rows.append((max(at, later), "return", f"R{number}", customer, str(back), f"1/{number}"))
    rows.sort(key=lambda row: (row[0], row[1] != "sale"))
    rows.append((NOW, "sale", str(sales + 1), "", "1000", ""))  # it is now
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["at", "kind", "receipt", "customer", "amount", "original", "terminal"])
        for at, *rest in rows:
            writer.writerow([at.isoformat(), *rest, "1"])


def write(seed, customers, sales, folder):
    generate = random.Random(seed)
    write_customers(folder / "customers.csv", generate, customers)
    write_feed(folder / "feed.csv", generate, customers, sales)
