"""Times wc-race in Spark's pipe beside Spark's own word count, in one session, and prints a table in Markdown.

Usage: PYTHON benches/compare-spark.py FILE... [--runs N] [--masters URL...]

PYTHON is one with PySpark, as examples/spark/README.md installs it; WC_RACE the program to time (target/release/wc-race).
For each master there is one session, and for each file in it: first the two results are compared, word by word, which
warms everything up; then each is run N times (5), in turns.  A run reads the file, counts, and has every row of the
result made, which goes nowhere.  Spark's own count splits at the white space of ASCII and knows no other, so a FILE is
best of that alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyspark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples" / "spark"))

from wordcount import tally  # noqa: E402

MASTERS = ["local[1]", "local[2]", "local-cluster[2,1,1024]"]
# What wordcount.py gives a task that is not told otherwise.
MEMORY = "256M"


def of_spark(lines: DataFrame) -> DataFrame:
    """Spark's own tally, by what DataFrames have for it."""
    words = lines.select(F.explode(F.split(F.lower(lines.value), r"\s+")).alias("word"))
    # A line that begins with white space has an empty string before it.
    return words.where("word != ''").groupBy("word").count()


def of_wc_race(lines: DataFrame, binary: str) -> DataFrame:
    """The tally by wc-race, as lines."""
    return tally(lines, binary, MEMORY)


def check(lines: DataFrame, binary: str) -> int:
    """Ends the program unless the two are the same; else, how many words there are."""
    ours = of_wc_race(lines, binary)
    fields = F.split(ours.value, "\t")
    ours = ours.select(fields[0].alias("word"), fields[1].cast("bigint").alias("ours"))
    both = ours.join(of_spark(lines), "word", "full_outer")
    words, same = both.select(F.count("*"), F.count_if(F.col("ours") == F.col("count"))).collect()[0]
    if words == 0 or words != same:
        sys.exit(f"compare-spark.py: of {words} words {words - same} have another count with Spark")
    return words


def seconds(count: Callable[[], DataFrame]) -> float:
    """How long it takes to count and to have all rows.

    To make the DataFrame is part of it: with wc-race, that runs all up to the shuffle already.
    """
    start = time.perf_counter()
    count().write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def shuffled(spark: SparkSession, count: Callable[[], DataFrame]) -> int:
    """How many bytes tasks write for others to fetch."""
    store = spark.sparkContext._jsc.sc().statusStore()

    def written() -> int:
        no_quantiles = spark.sparkContext._gateway.new_array(spark.sparkContext._jvm.double, 0)
        stages = store.stageList(None, False, False, no_quantiles, None)
        return sum(stages.apply(at).shuffleWriteBytes() for at in range(stages.size()))

    before = written()
    seconds(count)
    # The store hears of a stage's end a little later than we do.
    time.sleep(1)
    return written() - before


def row(spark: SparkSession, path: str, binary: str, runs: int) -> str:
    """A line of the table."""
    lines = spark.read.text(path).select("value")
    words = check(lines, binary)
    ways = [lambda: of_wc_race(lines, binary), lambda: of_spark(lines)]
    times = [[seconds(way) for way in ways] for _ in range(runs)]
    ours, theirs = (min(column) for column in zip(*times, strict=True))
    sent = [shuffled(spark, way) / 1e6 for way in ways]
    megabytes = os.path.getsize(path) / 1e6
    return (
        f"| `{os.path.basename(path)}`, {megabytes:.0f} MB, {words} words | `{spark.sparkContext.master}` "
        f"| {ours:.2f} s, {megabytes / ours:.0f} MB/s | {theirs:.2f} s | {theirs / ours:.2f} "
        f"| {sent[0]:.1f} MB | {sent[1]:.1f} MB |"
    )


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description="Time wc-race in Spark's pipe beside Spark's own word count.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--masters", nargs="+", default=MASTERS, metavar="URL")
    arguments = parser.parse_args()
    binary = os.environ.get("WC_RACE", str(ROOT / "target" / "release" / "wc-race"))
    print(f"{os.cpu_count()} cores, Spark {pyspark.__version__}. Best of {arguments.runs}.\n")
    print("| text | master | `wc-race` in the pipe | Spark's own | times as fast | shuffled | shuffled by Spark's own |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for master in arguments.masters:
        spark = SparkSession.builder.master(master).config("spark.ui.enabled", "false").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        try:
            for path in arguments.files:
                print(row(spark, path, binary, arguments.runs), flush=True)
        finally:
            spark.stop()


if __name__ == "__main__":
    main()
