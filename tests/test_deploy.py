"""What an operator copies: the dashboard asks for metrics that are served, and the container for files that exist."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from bot.metrics.prometheus import TallyCollector
from bot.metrics.tally import Standing, Tally

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OF_THE_PROCESS = {"process_resident_memory_bytes", "process_start_time_seconds", "process_cpu_seconds_total"}
"""Served by prometheus_client itself, on Linux."""


def test_the_dashboard_asks_only_for_metrics_that_are_served() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
    served = set(OF_THE_PROCESS)
    for metric in TallyCollector(Tally(), lambda: Standing(0, 0, 0, {"queued": 1})).collect():
        served |= {sample.name for sample in metric.samples}
    asked = set()
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["targets"]
        for target in panel["targets"]:
            asked |= set(re.findall(r"\b(?:lyrics|process)_\w+", target["expr"]))
    assert asked
    assert asked <= served, asked - served


def test_the_dashboards_panels_do_not_overlap() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in dashboard["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("copied", re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Containerfile").read_text("utf-8"), re.M))
def test_the_container_copies_what_exists_and_nothing_of_an_operator(copied: str) -> None:
    for pattern in copied.split():
        assert list(ROOT.glob(pattern)), pattern
        assert pattern not in (".", "data", "data/models", "data/corpora")


def test_the_container_has_every_file_that_the_package_includes() -> None:
    """Building the package in the image fails without them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"])
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    files = {str(path.relative_to(ROOT)) for part in copied for name in part.split() for path in ROOT.glob(name)}
    assert included <= files
