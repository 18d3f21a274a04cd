#!/usr/bin/env python3
"""Whether `hear plan --method auto` chooses well: its choice against the best measured method, job by job.

    scripts/planner-jobs.py --hear target/release/hear --out jobs.json
    scripts/planner-jobs.py --machine my-xeon.toml --within 2 --out jobs.json

A job is a network, a number of clips and a limit on memory. Every method that is predicted to take at most --within times
the choice's time is run as its plan says: `hear keygen --plan`, `encrypt`, `infer --plan`. Runs of one plan take the same
time, so a few are measured and multiplied by their number; a run over nodes takes the same for any number of clips. Prints
a table; ends with exit code 1 if a choice takes more than 10% longer than the best method that was measured.

Leave the machine alone meanwhile. All jobs together take half an hour on two cores.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

GB = 1e9
# Network, clips, bytes. Near where the choice changes, and far from it.
JOBS = [
    ("2d-64", 1, 16 * GB),
    ("2d-64", 300, 16 * GB),
    ("2d-64", 1000, 16 * GB),
    ("2d-64", 2000, 16 * GB),
    ("2d-64", 8000, 16 * GB),
    ("2d-64", 2000, 2 * GB),
    ("2d-64", 8000, 1 * GB),
    ("1d-64", 1500, 16 * GB),
    ("1d-64", 5000, 3 * GB),
    ("2d-128", 1500, 16 * GB),
    ("2d-128", 4000, 16 * GB),
]
RUNS = 6  # of methods that classify a few clips a run; the first warms up
NODE_CLIPS = 32  # of methods whose runs take the same for any number
MOST_LOSS = 1.10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hear", default="target/release/hear", help="the program [default: %(default)s]")
    parser.add_argument("--machine", help="the machine by whose speeds methods are chosen [default: hear's own]")
    parser.add_argument("--within", type=float, default=1.6, help="what is measured beside the choice [default: %(default)s]")
    parser.add_argument("--out", required=True, help="file for all jobs as JSON, written after each")
    arguments = parser.parse_args()
    hear = [arguments.hear]
    machine = ["--machine", arguments.machine] if arguments.machine else []
    out = pathlib.Path(arguments.out)
    measured, jobs = {}, []
    print(f"{'network':8}{'clips':>6}{'limit':>7}  {'method':12}{'predicted':>10}{'measured':>10}", flush=True)
    for network, samples, limit in JOBS:
        plan = ["plan", "--network", network, "--samples", str(samples), "--memory-limit", f"{limit / 1e6:.0f}MB", *machine]
        ways = run(hear + plan + ["--method", "auto", "--json"])["job"]["ways"]
        ways = [way for way in ways if "predicted_s" in way]
        job = {"network": network, "samples": samples, "memory_limit_bytes": int(limit), "ways": []}
        for way in ways:
            if way["predicted_s"] > arguments.within * ways[0]["predicted_s"]:
                continue
            layout = (way["plan_hash"], way["clips_a_run"], way["memory_bytes"])
            if layout not in measured:
                measured[layout] = seconds_of_a_run(hear, plan + ["--method", way["method"]], network, way)
            way["measured_s"] = way["runs"] * measured[layout]
            job["ways"].append(way)
        best = min(job["ways"], key=lambda way: way["measured_s"])
        job["choice"], job["best"] = job["ways"][0]["method"], best["method"]
        job["loss"] = job["ways"][0]["measured_s"] / best["measured_s"]
        jobs.append(job)
        out.write_text(json.dumps(jobs, indent=1) + "\n")
        for index, way in enumerate(job["ways"]):
            place = f"{network:8}{samples:6}{limit / GB:5.0f}GB" if index == 0 else " " * 21
            mark = ("  chosen" if index == 0 else "") + ("  best" if way is best else "")
            print(f"{place}  {way['method']:12}{way['predicted_s']:9.2f}s{way['measured_s']:9.2f}s{mark}", flush=True)
    worst = max(job["loss"] for job in jobs)
    print(f"{len(jobs)} jobs; a choice takes at most {worst:.3f} times what the best method takes")
    sys.exit(0 if worst <= MOST_LOSS else 1)


def seconds_of_a_run(hear, plan, network, way):
    """The median of a few runs, laid out as the plan says."""
    nodes = way["clips_a_run"] > 1000
    clips = NODE_CLIPS if nodes else way["clips_a_run"] * RUNS
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: str(pathlib.Path(folder) / name)
        run(hear + plan + ["--out", path("plan.json"), "--json"])
        run(hear + ["keygen", "--plan", path("plan.json"), "--out", path("keys"), "--json"])
        public, evaluation = path("keys/public.key"), path("keys/evaluation.key")
        encrypt = ["--input", "synthetic", "--rows", f"0..{clips}", "--out", path("encrypted")]
        run(hear + ["encrypt", "--key", public, *encrypt, "--json"])
        infer = ["--network", network, "--in", path("encrypted"), "--out", path("results")]
        rows = run(hear + ["infer", "--keys", evaluation, "--plan", path("plan.json"), *infer, "--json"])["rows"]
    shares = [row["infer_s"] for row in rows]
    if nodes:
        return sum(shares)
    a_run = way["clips_a_run"]
    return statistics.median(sum(shares[first : first + a_run]) for first in range(a_run, len(shares), a_run))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"planner-jobs: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
