"""Tallies words on Spark: each partition goes through ``wc-race map``, what it wrote through ``wc-race reduce``.

The text never enters Python, nor does Spark split it into words: a partition's lines go from Spark's reader to the standard
input of a process, and a line for each different word comes back.  Those lines are shuffled and sorted by word, so that equal
words are adjacent, and a second process adds them up.  The result is what ``wc-race --partial`` says of the same files, in
as many sorted parts as there are reducers.

It needs a classic session, not Spark Connect: a process is started by ``JavaRDD.pipe``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkFiles
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

# One character for each byte: any line can be text to the JVM, and be the same bytes again.
BYTES = "ISO-8859-1"
# What is written to a process at once, in characters.
BUFFER = 1 << 16


def pipe(lines: DataFrame, command: list[str]) -> DataFrame:
    """The lines that ``command`` writes when a partition's lines are its standard input; one process a partition.

    ``lines`` has one column ``value``, and so has the result; neither needs to be UTF-8.  A process that does not exit 0
    fails its task.  The command must name its program with an absolute path, or as a file that was shipped.

    PySpark's own ``RDD.pipe`` takes each line through a Python worker and has it decoded as UTF-8 before, which makes
    something else of other bytes than ``wc-race`` does.  Spark SQL's reader leaves a line's bytes alone, and the RDD of the
    JVM has the same ``pipe``.
    """
    spark = lines.sparkSession
    strings = spark.sparkContext._jvm.org.apache.spark.sql.Encoders.STRING()
    characters = lines.select(F.decode(lines.value.cast("binary"), BYTES))
    # `as` is a keyword in Python.
    rdd = getattr(characters._jdf, "as")(strings).javaRDD()
    piped = rdd.pipe(command, {}, False, BUFFER, BYTES)
    written = DataFrame(spark._jsparkSession.createDataset(piped.rdd(), strings).toDF(), spark)
    return written.select(F.encode(written.value, BYTES).cast("string").alias("value"))


def tally(lines: DataFrame, binary: str, memory: str, reducers: int | None = None) -> DataFrame:
    """A line ``word TAB count`` for each word of ``lines``; each partition is sorted by the bytes of its words.

    Without ``reducers`` Spark decides how many partitions there are, by how much there is to add up.  To know that, it runs
    everything up to the shuffle in here already.
    """
    cores = lines.sparkSession.sparkContext.getConf().get("spark.task.cpus", "1")
    mapped = pipe(lines, [binary, "map", "--threads", cores, "--memory", memory])
    word = F.substring_index(mapped.value, "\t", 1)
    shuffled = mapped.repartition(word) if reducers is None else mapped.repartition(reducers, word)
    # A column of its own: a sort by an expression works it out for both lines at each comparison.
    adjacent = shuffled.withColumn("word", word).sortWithinPartitions("word")
    return pipe(adjacent.select("value"), [binary, "reduce"])


def ship(spark: SparkSession, binary: str) -> str:
    """Sends the program to every executor, and says where it is there."""
    spark.sparkContext.addFile(binary)
    name = os.path.basename(binary)
    master = spark.sparkContext.master
    if master.startswith("local") and not master.startswith("local-cluster"):
        return SparkFiles.get(name)
    # An executor puts files into its working directory; only the driver has a directory for them.
    return f"./{name}"


def exists(spark: SparkSession, path: str) -> bool:
    """Whether there is anything at ``path``, on whatever file system it names."""
    hadoop_path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(path)
    return hadoop_path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).exists(hadoop_path)


def collect(lines: DataFrame, path: Path) -> None:
    """Writes the lines into one file on the driver, which comes into place when it is complete."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{row.value}\n" for row in lines.toLocalIterator())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def complaint(path: str) -> str | None:
    """What is wrong with the name of an input, if Spark would not say so."""
    if any("\udc80" <= character <= "\udcff" for character in path):
        return "Spark has no names that are not UTF-8"
    name = path.rstrip("/").rpartition("/")[2]
    # As Spark's HadoopFSUtils has it: it would find nothing there.
    passed_over = name.startswith(".") or (name.startswith("_") and "=" not in name) or name.endswith("._COPYING_")
    if passed_over and name not in (".", "..") and not name.startswith(("_metadata", "_common_metadata")):
        return "Spark passes over files of such names"
    return None


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Tally the words of files on Spark with wc-race.")
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="files, directories or patterns, as Spark reads them")
    parser.add_argument("--master", metavar="URL", help="the cluster; default: what spark-submit was told")
    parser.add_argument("--reducers", type=int, metavar="N", help="parts of the result; default: by its size")
    parser.add_argument("--memory", default="256M", metavar="SIZE", help="for the words of a task (default: %(default)s)")
    result = parser.add_mutually_exclusive_group(required=True)
    result.add_argument("--output", metavar="DIR", help="write the result there, in sorted parts, by the executors")
    result.add_argument("--collect", type=Path, metavar="FILE", help="write all of it sorted into one file, by the driver")
    program = parser.add_mutually_exclusive_group()
    program.add_argument(
        "--binary",
        metavar="PATH",
        help="where wc-race is on every executor (./wc-race after --files); default: where it is here",
    )
    program.add_argument("--ship", metavar="PATH", help="the wc-race here, to be sent to the executors")
    arguments = parser.parse_args()
    for path in arguments.inputs:
        if (wrong := complaint(path)) is not None:
            parser.error(f"{os.fsencode(path).decode(errors='backslashreplace')}: {wrong}")
    if arguments.reducers is not None and (arguments.reducers < 1 or arguments.collect):
        parser.error("--reducers: there must be one, and with --collect there is no more")
    if arguments.collect:
        # Links are followed, and a device is not replaced.
        arguments.collect = arguments.collect.resolve()
        if not arguments.collect.parent.is_dir() or (arguments.collect.exists() and not arguments.collect.is_file()):
            parser.error(f"{arguments.collect}: not a file, and none can be made there")
    if not arguments.ship and not arguments.binary:
        arguments.binary = shutil.which("wc-race")
        if arguments.binary is None:
            parser.error("no wc-race on the PATH: name it with --binary or --ship")
        arguments.binary = os.path.abspath(arguments.binary)
    if arguments.binary and not arguments.binary.startswith(("/", "./")):
        parser.error("--binary: needs an absolute path, or ./NAME for a file that was sent along with --files")
    return arguments


def read(spark: SparkSession, inputs: list[str]) -> DataFrame:
    """The lines of all files there, however deep; no file is read twice."""
    # Without the option, Spark takes KEY=VALUE in a path for a column, and files in deeper directories for none.
    files = spark.read.option("recursiveFileLookup", "true").text(inputs)
    if not files.inputFiles():
        raise FileNotFoundError(f"{inputs[0]}: there are no files")
    return files


def run(spark: SparkSession, arguments: argparse.Namespace) -> None:
    """Reads, tallies and writes."""
    # Spark itself would notice this only once all of the text is read.
    if arguments.output and exists(spark, arguments.output):
        raise FileExistsError(f"{arguments.output}: exists already")
    binary = ship(spark, arguments.ship) if arguments.ship else arguments.binary
    lines = read(spark, arguments.inputs)
    if arguments.output:
        tally(lines, binary, arguments.memory, arguments.reducers).write.text(arguments.output)
    else:
        collect(tally(lines, binary, arguments.memory, reducers=1), arguments.collect)


def reason(error: Exception) -> str:
    """What went wrong, in a line."""
    if not isinstance(error, Py4JJavaError):
        return (str(error) or repr(error)).splitlines()[0]
    exception = error.java_exception
    # Who waited for a job that failed says no more than that; what the job died of is the cause.
    while exception.getCause() is not None and (exception.getMessage() or ":").rstrip().endswith(":"):
        exception = exception.getCause()
    return exception.toString().splitlines()[0]


def main() -> None:
    """The program."""
    arguments = parse_arguments()
    builder = SparkSession.builder.appName("wc-race")
    spark = (builder.master(arguments.master) if arguments.master else builder).getOrCreate()
    try:
        run(spark, arguments)
    except (PySparkException, Py4JError, OSError) as error:
        sys.exit(f"wordcount.py: {reason(error)}")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
