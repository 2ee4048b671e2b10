"""A feed of a shop that is made from a seed, around what is easily got wrong: midnights of months, half-years and years,
late tills, returns with their receipt and without, in pieces, whole and too much, voids, and rows that come twice."""

import csv
import random
from datetime import datetime, timedelta

COLUMNS = ["kind", "receipt", "at", "terminal", "customer", "amount", "original"]

# Local instants at which a month, a half-year or a year ends, to the second.
BOUNDARIES = [datetime(2010, 12, 31, 23, 59, 59), datetime(2011, 1, 1), datetime(2011, 2, 1), datetime(2011, 3, 31, 23, 59, 59),
              datetime(2011, 4, 1), datetime(2011, 6, 30, 23, 59, 59), datetime(2011, 7, 1), datetime(2011, 10, 31, 23, 59, 59),
              datetime(2011, 11, 1), datetime(2011, 12, 31, 23, 59, 59), datetime(2012, 1, 1)]


def program(criterion, tiering, *, bonuses):
    """A program in pounds, whose sales are priced by tier; with bonuses for reaching one where `bonuses` says so."""
    minima = ["0", "150", "400", "900", "2500"]
    if criterion.endswith("spend"):
        minima = [f"{minimum}.00" for minimum in minima]
    tiers = []
    for i, (name, minimum) in enumerate(zip(["none", "copper", "iron", "silver", "gold"], minima)):
        tier = {"id": name, "name": name.capitalize(), "min": minimum, "multiplier_bp": 10000 + 1250 * i, "keep_points": 10 * i}
        if bonuses and i > 0:
            tier["upgrade_bonus"] = 15 * i
        tiers.append(tier)
    return {
        "id": "made", "name": "A shop from a seed", "currency": "GBP", "time_zone": "Europe/London",
        "points": {"unit": "points", "earn": {"per_amount": "0.75", "points": 1}, "below_zero": "debt"},
        "tiering": {"criterion": criterion, **tiering}, "tiers": tiers,
    }


def instants(generate, count):
    """Sorted times of opening hours over fourteen months, with the boundaries among them many times."""
    begin = datetime(2010, 12, 1)
    times = [begin + timedelta(days=generate.randrange(425), hours=generate.randrange(8, 22), seconds=generate.randrange(3600))
             for _ in range(count)]
    times += [at for at in BOUNDARIES for _ in range(count // 60)]
    return sorted(times)


def rows(seed, count=1500, customers=60):
    generate = random.Random(seed)
    sold = []  # [number, terminal, customer, amount, left]
    number = 0
    for at in instants(generate, count):
        number += 1
        terminal = generate.randint(1, 4)
        customer = f"card:{10000 + generate.randrange(customers)}" if generate.random() < 0.95 else ""
        row = dict.fromkeys(COLUMNS, "")
        # A till that was offline posts what it sold days ago, perhaps in a month that is over.
        if generate.random() < 0.06:
            at -= timedelta(days=generate.randrange(1, 40), hours=generate.randrange(3))
        row.update(receipt=str(number), at=at.isoformat(), terminal=str(terminal), customer=customer)
        choice = generate.random()
        if choice < 0.7 or not sold:
            amount = generate.choice([0, generate.randrange(1, 500), generate.randrange(500, 9000), generate.randrange(500, 9000),
                                      generate.randrange(9000, 60000)])
            row.update(kind="sale", amount=f"{amount // 100}.{amount % 100:02}")
            sold.append([number, terminal, customer, amount, amount, at])
        elif choice < 0.78:
            amount = generate.randrange(1, 12000)
            row.update(kind="return", amount=f"{amount // 100}.{amount % 100:02}")
        else:
            # Mostly of the last weeks, sometimes of a period that is long closed.
            origin = generate.choice(sold[-80:] if generate.random() < 0.8 else sold)
            row.update(customer=origin[2], original=f"{origin[1]}/{origin[0]}")
            if choice < 0.84:
                row.update(kind="void")
            else:
                amount = generate.choice([origin[4], generate.randint(0, origin[4]), generate.randint(0, origin[4]), origin[3]])
                row.update(kind="return", amount=f"{amount // 100}.{amount % 100:02}")
                if amount == 0:
                    continue
                if amount <= origin[4]:
                    origin[4] -= amount
        yield row
        if generate.random() < 0.02:
            yield dict(row)  # sent twice
        elif generate.random() < 0.01 and row["kind"] == "sale":
            yield row | {"amount": "1.01"}  # another sale under the same number


def write(seed, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(seed))


def parts(feed, folder):
    """The feed in files by the month of the program's clock, which is the latest time that was seen. `tim feed` keeps the order
    of each customer's rows and not that between customers: within one month it makes no difference."""
    folder.mkdir()
    paths, writer, file, month = [], None, None, ""
    with open(feed, encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["at"][:7] > month:
                month = row["at"][:7]
                if file:
                    file.close()
                paths.append(folder / f"{month}.csv")
                file = open(paths[-1], "w", encoding="utf-8", newline="")
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
            writer.writerow(row)
    file.close()
    return paths
