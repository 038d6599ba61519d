"""Farms, in this process and on two nodes of a real Ray cluster."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from ray.cluster_utils import Cluster

import chip8
from chip8 import farm
from chip8.farm.results import FarmError, Jobs, Results

# Adds 1 to V0 and draws what it has become, forever.
PROGRAM = bytes.fromhex("7001A300F033D0051200")


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "count.ch8").write_bytes(PROGRAM)
    return tmp_path


def write_jobs(directory, count, frames=lambda k: k % 50):
    lines = [
        json.dumps({"id": k, "program": "count.ch8", "frames": frames(k), "seed": k})
        for k in range(count)
    ]
    text = ("\n".join(lines) + "\n").encode()
    (directory / "jobs.jsonl").write_bytes(text)
    return text


def test_rows_have_the_order_of_the_jobs(directory):
    text = write_jobs(directory, 3) + b'\n{"id":"x","program":"none.ch8"}\nnonsense\n'
    rows, errors = farm.rows(text, farm.Options(directory, fields=["frames"]))
    lines = [json.loads(line) for line in rows.splitlines()]
    assert lines[:3] == [{"frames": k, "id": k} for k in range(3)]
    assert lines[3]["id"] == "x" and "none.ch8: cannot be read" in lines[3]["error"]
    assert lines[4]["id"] is None and errors == 2
    with pytest.raises(chip8.ArgumentError, match="no member none"):
        farm.rows(text, farm.Options(fields=["none"]))


def test_results_are_continued_and_others_refused(directory):
    text = write_jobs(directory, 9)
    options = farm.Options(directory, fields=["frames"])
    whole, _ = farm.rows(text, options)
    path = str(directory / "results.jsonl")
    Results(path, Jobs(text), options, (1, 1)).close()
    for length in range(len(whole) + 1):
        with open(path, "wb") as file:
            file.write(whole[:length])
        results = Results(path, Jobs(text), options, (1, 1))
        assert results.done == whole[:length].count(b"\n")
        with open(path, "rb") as file:
            assert file.read() == whole[: whole[:length].rfind(b"\n") + 1]
        with pytest.raises(FarmError, match="locked"):
            Results(path, Jobs(text), options, (1, 1))
        results.close()
    for jobs, other in [(Jobs(text + text), options), (Jobs(text), farm.Options(directory))]:
        with pytest.raises(FarmError, match="cannot be continued"):
            Results(path, jobs, other, (1, 1))
    os.remove(path + ".farm")
    with pytest.raises(FarmError, match="not the results of a farm"):
        Results(path, Jobs(text), options, (1, 1))


def test_parts_make_the_whole():
    text = b"".join(b"%d\n" % k for k in range(11))
    for count in [1, 2, 3, 11, 12]:
        parts = [list(Jobs(text, (number, count))) for number in range(1, count + 1)]
        assert sum(parts, []) == list(Jobs(text))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def command(directory, *options):
    return [
        sys.executable, "-m", "chip8.farm", str(directory / "jobs.jsonl"),
        "-o", str(directory / "results.jsonl"), *options,
    ]  # fmt: skip


def test_a_node_that_is_killed_costs_time_only(directory):
    # Enough work that a node can be killed in the middle of it.
    text = write_jobs(directory, 4000, frames=lambda k: 20_000)
    fields = ["frames", "ram"]
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        other = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        process = subprocess.Popen(
            command(directory, "--address", cluster.address, "--batch", "20", "--fields",
                    ",".join(fields)),
            stderr=subprocess.PIPE,
        )  # fmt: skip
        path = directory / "results.jsonl"
        deadline = time.monotonic() + 300
        while not path.exists() or path.read_bytes().count(b"\n") < 200:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        # The driver stands still meanwhile, so the node is lost in the middle of the jobs on any machine.
        process.send_signal(signal.SIGSTOP)
        try:
            assert path.read_bytes().count(b"\n") < 4000
            cluster.remove_node(other, allow_graceful=False)
        finally:
            process.send_signal(signal.SIGCONT)
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
    finally:
        cluster.shutdown()
    rows, _ = farm.rows(text, farm.Options(directory, fields=fields))
    assert path.read_bytes() == rows


def test_a_farm_of_its_own_and_its_exit_codes(directory):
    write_jobs(directory, 50)
    with open(directory / "jobs.jsonl", "ab") as file:
        file.write(b'{"id":"x"}\n')
    done = subprocess.run(command(directory), capture_output=True, text=True)
    assert done.returncode == 65
    assert "1 of 51 jobs could not be run; its line says why" in done.stderr
    done = subprocess.run(command(directory, "--fields", "state"), capture_output=True, text=True)
    assert done.returncode == 73
