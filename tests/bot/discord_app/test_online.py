import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.discord_app.online import OnlineReport, invite_link


class User(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.name)


def test_it_is_told_once_who_came_online(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client: Any = SimpleNamespace(user=User(id=7, name="lyricbot"), guilds=[1, 2], application_id=70)
    report = OnlineReport()
    for _ in range(2):
        report.tell(cast(discord.Client, client))
    assert caplog.messages == ["online as lyricbot (7) on 2 servers", f"invite link: {invite_link(70)}"]


def test_the_invite_link_asks_for_what_is_needed_and_no_more() -> None:
    asked = parse_qs(urlsplit(invite_link(70)).query)
    assert (asked["client_id"], asked["scope"]) == (["70"], ["bot applications.commands"])
    permissions = discord.Permissions(int(asked["permissions"][0]))
    granted = {name for name, is_granted in permissions if is_granted}
    assert granted == {"send_messages", "send_messages_in_threads", "attach_files"}
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert "*Send Messages*, *Send Messages in Threads* and *Attach Files*" in " ".join(readme.split())
