from bot.discord_app.registered_commands import RegisteredCommands
from bot.store.database import Database


async def test_remembers_a_digest_for_each_scope(database: Database) -> None:
    registration = RegisteredCommands(database)
    assert await registration.digest(None) is None
    await registration.remember(None, "a")
    await registration.remember(5, "b")
    await registration.remember(5, "c")
    assert (await registration.digest(None), await registration.digest(5)) == ("a", "c")
    assert await registration.guilds() == [5]
    await registration.forget(5)
    assert await registration.guilds() == []
    assert await registration.digest(5) is None
    assert await registration.digest(None) == "a"
