"""Members of a stranger's server type hostile seeds and names, choose hostile messages, and forge component ids."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.discord_app.running import BUTTONS
from tests.discord_stand_in import Interaction
from tests.discord_stand_in.interactions import COMPONENT
from tests.security.answers import ANSWERED_UNKNOWN, faults_of, faults_seen_by, is_over, text_of
from tests.security.hostile_words import CUSTOM_IDS, MESSAGES, NAMES, SEEDS
from tests.security.process_stage import ProcessStage, Row

AT_ONCE = 8
"""Hostile words that are typed at the same time."""

Act = Callable[[ProcessStage, str], Awaitable[tuple[Interaction, str]]]


async def words(here: ProcessStage) -> None:
    """Members of a stranger's server type seeds and names, choose messages, and forge ids."""
    await _words(here, "seeds of 200 characters", SEEDS, sing)
    await _words(here, "messages for Sing this", MESSAGES, _sing_this)
    await _words(here, "names of artists to train", NAMES, _train)
    await _words(here, "names of artists to ask for", NAMES, _ask_for)
    await _words(here, "forged component ids", {custom_id: custom_id for custom_id in CUSTOM_IDS}, _press)


async def _words(here: ProcessStage, name: str, all_of_them: dict[str, str], act: Act) -> None:
    wrong: list[str] = []
    answers: list[str] = []
    kinds = list(all_of_them)
    async with here.watching() as watched:
        began = time.monotonic()
        for start in range(0, len(kinds), AT_ONCE):
            together = kinds[start : start + AT_ONCE]
            shown = await asyncio.gather(*(act(here, all_of_them[kind]) for kind in together))
            for kind, (interaction, answer) in zip(together, shown, strict=True):
                wrong += [f"{kind}: {fault}" for fault in faults_of(interaction, answer)]
                answers.append(answer)
            wrong += [f"{', '.join(together)}: {fault}" for fault in faults_seen_by(here.discord)]
        seconds = time.monotonic() - began
    sung = sum("generated, in" in answer for answer in answers)
    unanswered = answers.count("")
    said = f"{len(kinds)} tried: {sung} sung, {len(kinds) - sung - unanswered} told no, {unanswered} not answered"
    here.add(Row(name, f"{said}; {'; '.join(wrong)}" if wrong else said, seconds, watched, not wrong))


async def sing(here: ProcessStage, seed: str) -> tuple[Interaction, str]:
    """A stranger asks for a song; what it was answered with in the end."""
    who = here.stranger(0)
    return await _shown(await here.discord.slash(who, "lyrics", {"seed": seed, "lines": 4}, checked=False))


async def _sing_this(here: ProcessStage, text: str) -> tuple[Interaction, str]:
    who = here.stranger(0)
    message = here.discord.says(who, text)
    return await _shown(await here.discord.on_message(who, "Sing this", message))


async def _train(here: ProcessStage, name: str) -> tuple[Interaction, str]:
    interaction = await here.discord.slash(here.stranger(), "train", {"artist": name}, checked=False)
    return await _shown(interaction)


async def _ask_for(here: ProcessStage, name: str) -> tuple[Interaction, str]:
    who = here.stranger(0)
    return await _shown(await here.discord.slash(who, "artist", {"name": name}, checked=False))


async def _press(here: ProcessStage, custom_id: str) -> tuple[Interaction, str]:
    """Press a button that was never sent."""
    who, discord = here.stranger(), here.discord
    message = discord.messages.said(discord.world.bot, who.guild.channels[0], "A message with a button.")
    message.asked_by, message.interaction_id = who.user, 1
    button = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id, "id": 2}
    message.components = [{"type": 1, "id": 1, "components": [button]}]
    data = {"component_type": 2, "custom_id": custom_id, "id": 2}
    interaction = await discord._acts._send(COMPONENT, who, who.guild.channels[0], data, message)
    if not _is_known(custom_id):
        await asyncio.sleep(0.1)
        shown = "" if interaction.answer is None else ANSWERED_UNKNOWN
        interaction.answered_at = interaction.sent_at  # nobody has sent such a button: Discord says so by itself
        return interaction, shown
    return await _shown(interaction)


def _is_known(custom_id: str) -> bool:
    return any(button.__discord_ui_compiled_template__.fullmatch(custom_id) for button in BUTTONS)


async def _shown(interaction: Interaction) -> tuple[Interaction, str]:
    """All that an interaction is answered with, once it is over."""
    with suppress(AssertionError):
        await interaction.changes.until(lambda: is_over(interaction), 60, "an end")
    return interaction, text_of(interaction)
