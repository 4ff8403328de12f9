"""`/jobs` and `/cancel`: this guild's training jobs."""

from discord import app_commands

from bot import wording
from bot.discord_app import answering, autocompletion, colours, job_message, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody, Text
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.language import tr

_MOST_UNSUNG = 8


@to_managers
@app_commands.command(description="Queued, running and recent training jobs of this server")
async def jobs(interaction: Interaction) -> None:
    """List the jobs."""
    asker, training = asker_of(interaction), interaction.client.services.training
    found, unsung = await training.jobs(asker), await training.unsung(asker)
    if not found and not unsung:
        await answering.send(
            interaction, MessageBody(text=tr("No training jobs yet. Start one with `/train`.")), ephemeral=True
        )
        return
    lines = "\n".join(job_message.in_a_line(job) for job in found)
    blocks = [Text("### " + tr("Training jobs")), Text(lines or "—")]
    if unsung:
        shown = [f"**{markdown.shortened(artist.name)}** {wording.unsung(artist)}" for artist in unsung[:_MOST_UNSUNG]]
        if len(unsung) > _MOST_UNSUNG:
            shown.append(tr("… and {count} more", count=len(unsung) - _MOST_UNSUNG))
        blocks += [Text("### " + tr("Artists that cannot sing")), Text("\n".join(shown))]
    body = MessageBody(blocks=blocks, colour=colours.OWN)
    await answering.send(interaction, body, ephemeral=True)


@to_managers
@app_commands.command(description="Cancel a training job")
@app_commands.describe(job="The job's number; see /jobs")
@app_commands.autocomplete(job=autocompletion.cancellable_jobs)
async def cancel(interaction: Interaction, job: app_commands.Range[int, 1, 2**53 - 1]) -> None:
    """Cancel a job."""
    cancelled = await interaction.client.services.training.cancel(asker_of(interaction), job)
    await answering.tell_privately(interaction, tr("Job {number} has been cancelled.", number=cancelled.id))
