#!/usr/bin/env python3
"""Draws docs/speed.svg from the tables in docs/benchmarks.md.

    docs/charts.py            writes the chart
    docs/charts.py --check    fails if the chart is not that of the tables

Bars are rates, in MB of uncompressed text per second. Each group has a scale of its own.
"""

import re
import sys
from pathlib import Path
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent
OURS, OTHERS = "#0072B2", "#E69F00"  # Okabe and Ito, Color Universal Design
WIDTH, LABELS, BAR = 900, 130, 18
STYLE = """text { font: 13px system-ui, sans-serif; fill: #222 }
.title { font-weight: 600 }
.page { fill: #fff }
@media (prefers-color-scheme: dark) {
text { fill: #ddd }
.page { fill: #0d1117 }
}"""


def gzip_rates(page, title):
    """Names, rates and notes of a table that compare-gzip.sh made, ours first."""
    table = re.search(rf"^{re.escape(title)}\n.*\n((?:.+\n)+)", page, re.MULTILINE)
    for line in table[1].splitlines():
        name, level, rate, size = re.match(r"(\S+)(?: -l?(\d))?.*? [\d.]+ +[\d.]+ +(\d+) +(\d\.\d{4})?", line).groups()
        # A program that has no such level.
        name += f" -{level}" if level and not title.endswith(level) else ""
        yield name, int(rate), f", {float(size):.1%} of the size" if size else ""


def tally_rates(page, work):
    """The same of a row that compare-tally.sh made: ours, and the program that the row names."""
    row = re.search(rf"^\| {re.escape(work)}, (\S+) .*?, (\d+) MB/s \| .*? \| ([\d.]+) \|", page, re.MULTILINE)
    rate = int(row[2])
    return ("wc-race", rate, ""), (row[1], round(rate / float(row[3])), "")


def chart(groups):
    parts, y = [], 12

    def text(x, baseline, words, attributes=""):
        parts.append(f'<text x="{x}" y="{baseline}"{attributes}>{escape(words)}</text>')

    for title, rates in groups:
        y += 16
        text(16, y, title, ' class="title"')
        y += 10
        ours, *others = rates
        rates = [ours, *sorted(others, key=lambda row: -row[1])]
        longest = max(rate for _, rate, _ in rates)
        for name, rate, note in rates:
            length = round((WIDTH - LABELS - 190) * rate / longest, 1)
            fill = OURS if name in ("pgz", "wc-race") else OTHERS
            text(LABELS - 8, y + 14, name, ' text-anchor="end"')
            parts.append(f'<rect x="{LABELS}" y="{y}" width="{length}" height="{BAR}" fill="{fill}"/>')
            text(LABELS + length + 8, y + 14, f"{rate} MB/s{note}")
            y += BAR + 4
        y += 10
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">',
        "<title>Megabytes per second, on two cores</title>",
        f"<style>\n{STYLE}\n</style>",
        '<rect class="page" width="100%" height="100%"/>',
        *parts,
        "</svg>\n",
    ])


def main():
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    drawn = chart([
        ("Compress 64 MiB of source, level 6", gzip_rates(page, "compress linux64.tar through a pipe, level 6")),
        ("Decompress 440 MB of text that gzip compressed",
         gzip_rates(page, "decompress kjv100.txt, compressed by gzip -6")),
        ("Count the words of 440 MB of text", tally_rates(page, "`kjv100.txt`, each by default")),
    ])
    picture = DOCS / "speed.svg"
    if sys.argv[1:] == ["--check"]:
        if picture.read_text(encoding="utf-8") != drawn:
            sys.exit(f"{picture} is not that of the tables: run docs/charts.py")
    else:
        picture.write_text(drawn, encoding="utf-8")


main()
