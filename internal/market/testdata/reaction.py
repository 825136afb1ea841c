#!/usr/bin/env python3
"""Computes the reactions of four series of the ECB to ten events on its own, to hold market.React to.

Run by hand on the ECB's eurofxref-hist.csv; what it prints is kept as reaction.golden:

    python3 reaction.py eurofxref-hist.csv > reaction.golden

It shares nothing with the Go code but the description of the method: decimals of 40 digits, the moves compared as they are.
"""
import csv
import datetime
import sys
from decimal import Decimal, getcontext

getcontext().prec = 40
EVENTS = ["2008-09-15", "2011-03-11", "2014-03-18", "2015-01-15", "2016-06-24", "2018-08-10", "2020-03-12", "2021-12-20", "2022-02-24", "2024-12-25"]
SERIES = ["USD", "CHF", "TRY", "GBP"]
WEEK = datetime.timedelta(days=7)


def years_before(day, years):
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February: the day after the 28th
        return day.replace(year=day.year - years, month=3, day=1)


def main(path):
    rows = list(csv.reader(open(path)))
    head = rows[0]
    for code in SERIES:
        at = head.index(code)
        series = sorted((datetime.date.fromisoformat(r[0]), Decimal(r[at])) for r in rows[1:] if r[at] not in ("", "N/A"))
        for event in EVENTS:
            day = datetime.date.fromisoformat(event)
            before = max(i for i, (d, _) in enumerate(series) if d < day)
            for n in (1, 5, 20):
                move = 100 * (series[before + n][1] - series[before][1]) / series[before][1]
                start = years_before(series[before][0], 3 if n > 5 else 1)
                sizes = []
                for end in range(before, n - 1, -1):
                    window = series[end - n:end + 1]
                    if window[0][0] < start:
                        break
                    if all(b[0] - a[0] <= WEEK for a, b in zip(window, window[1:])):
                        sizes.append(abs(100 * (window[-1][1] - window[0][1]) / window[0][1]))
                smaller = sum(s < abs(move) for s in sizes)
                median = sorted(sizes)[len(sizes) // 2]
                print(f"{event} EUR/{code} {n} {move:.6f} usual {median:.6f} beyond {100 * smaller // (len(sizes) + n)} of {len(sizes)}")


main(sys.argv[1])
