"""Combinations for the definitions of this folder: chosen by rule, the same in every run."""
from itertools import combinations
from random import Random


def pairwise(seed=1, **choices):
    """Rows (dicts) in which every two values of two different fields meet at least once."""
    names = list(choices)
    rng = Random(seed)
    missing = {(a, x, b, y) for a, b in combinations(names, 2) for x in range(len(choices[a])) for y in range(len(choices[b]))}
    rows = []
    while missing:
        best, best_gain = None, -1
        must = min(missing)
        for _ in range(30):
            row = {name: rng.randrange(len(choices[name])) for name in names}
            row[must[0]], row[must[2]] = must[1], must[3]
            gain = sum((a, row[a], b, row[b]) in missing for a, b in combinations(names, 2))
            if gain > best_gain:
                best, best_gain = row, gain
        missing -= {(a, best[a], b, best[b]) for a, b in combinations(names, 2)}
        rows.append({name: choices[name][best[name]] for name in names})
    return rows


def chunks(rows, size):
    """(number, rows) of at most `size` each."""
    return [(at // size + 1, rows[at:at + size]) for at in range(0, len(rows), size)]


def flat(scenarios):
    return [one for item in scenarios for one in (item if isinstance(item, list) else [item])]
