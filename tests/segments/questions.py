"""Questions about customers, each as an expression of `tim segment` and as a condition of SQL over the export. The two are written side
by side from the text of docs/segments.md; neither is made from the other."""

import calendar
from datetime import datetime

import made_shop

NUMBERS = {"orders": (0, 12), "points": (0, 1500), "spendable": (0, 1400), "ranking_points": (0, 1500)}
AMOUNTS = {"spend": ("lifetime_spend", 15_000_000), "month_spend": ("month_spend", 4_000_000)}
COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]
SIX = "source in (facebook, tiktok) and nature has wholesale and items has tea and no order in last 2 months and tier >= bac and spend > 3000000"


def months_before(months):
    year, month = divmod(made_shop.NOW.year * 12 + made_shop.NOW.month - 1 - months, 12)
    day = min(made_shop.NOW.day, calendar.monthrange(year, month + 1)[1])
    return datetime(year, month + 1, day).isoformat()


def has(kind, word):
    return f"exists (select 1 from words where words.customer = customers.customer and kind = '{kind}' and word = '{word}')"


def quoted(words):
    return ", ".join(f"'{word}'" for word in words)


def six():
    """The mixed question of the handbook."""
    return SIX, (f"source in ('facebook', 'tiktok') and {has('natures', 'wholesale')} and {has('items', 'tea')} and not "
                 f"{ordered(2)} and tier >= {made_shop.TIERS.index('bac')} and lifetime_spend > 3000000")


def ordered(months):
    return f"(last_order_at != '' and last_order_at >= '{months_before(months)}')"


def condition(generate):
    kind = generate.randrange(14)
    sign = generate.choice(COMPARISONS)
    equality = generate.choice(["=", "!="])
    if kind == 0:
        field, (low, high) = generate.choice(list(NUMBERS.items()))
        number = generate.randint(low, high)
        return f"{field} {sign} {number}", f"{field} {sign} {number}"
    if kind == 1:
        field, (column, most) = generate.choice(list(AMOUNTS.items()))
        amount = generate.randint(0, most)
        return f"{field} {sign} {amount}", f"{column} {sign} {amount}"
    if kind == 2:
        tier = generate.randrange(len(made_shop.TIERS))
        return f"tier {sign} {made_shop.TIERS[tier]}", f"tier {sign} {tier}"
    if kind == 3:
        source = generate.choice(made_shop.LISTS["sources"] + ["none"])
        return f"source {equality} {source}", f"source {equality} '{'' if source == 'none' else source}'"
    if kind == 4:
        sources = generate.sample(made_shop.LISTS["sources"], 2)
        return f"source in ({', '.join(sources)})", f"source in ({quoted(sources)})"
    if kind == 5:
        name = generate.choice(["nature", "type", "item"])
        word = generate.choice(made_shop.LISTS[name + "s"])
        return f"{name} has {word}", has(name + "s", word)
    if kind == 6:
        name = generate.choice(["nature", "type", "item"])
        words = generate.sample(made_shop.LISTS[name + "s"], 2)
        return f"{name} in ({', '.join(words)})", f"({has(name + 's', words[0])} or {has(name + 's', words[1])})"
    if kind == 7:
        status = generate.choice(["new", "prospect", "purchased", "vip"])
        return f"status {equality} {status}", f"status {equality} '{status}'"
    if kind == 8:
        staff = generate.choice(made_shop.STAFF + ["company"])
        return f"staff {equality} {staff}", f"staff {equality} '{'' if staff == 'company' else staff}'"
    if kind == 9:
        channel = generate.choice(made_shop.CHANNELS + [""])
        return f"channel {equality} '{channel}'", f"channel {equality} '{channel}'"
    if kind == 10:
        month = generate.randint(1, 12)
        return f"birthday {equality} {month}", f"birthday_month {equality} {month}"
    if kind == 11:
        name = generate.choice(["retail", "member", "vip"])
        return f"class {equality} {name}", f"class {equality} '{name}'"
    months = generate.choice([1, 2, 3, 6, 12])
    if kind == 12:
        return f"bought in the last {months} months", ordered(months)
    return f"no orders in last {months} months", f"not {ordered(months)}"


def question(generate, depth=0):
    """An expression and its SQL."""
    if depth > 2 or (depth > 0 and generate.random() < 0.4):
        return condition(generate)
    if generate.random() < 0.15:
        said, sql = question(generate, depth + 1)
        return f"not ({said})", f"not ({sql})"
    word = generate.choice(["and", "and", "or"])
    parts = [question(generate, depth + 1) for _ in range(generate.randint(2, 4))]
    return f" {word} ".join(f"({said})" for said, _ in parts), f" {word} ".join(f"({sql})" for _, sql in parts)
