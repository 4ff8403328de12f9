"""What Discord refuses in a message: lengths, counts and types, as its API documentation says."""

from typing import Any

from tests.discord_stand_in import errors
from tests.discord_stand_in.components import check_layout, check_rows
from tests.discord_stand_in.errors import FormErrors
from tests.discord_stand_in.world import ATTACHMENT_SIZE_LIMIT

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
SETTABLE_FLAGS = (1 << 2) | EPHEMERAL | (1 << 12) | COMPONENTS_V2  # suppress embeds, ephemeral, silent, layout

EMBED_TEXTS = {"title": 256, "description": 4096}
EMBED_PARTS = {"footer": ("text", 2048), "author": ("name", 256)}
PICTURES = ("image", "thumbnail")
MENTION_KINDS = {"roles", "users", "everyone"}


def check_message(
    payload: dict[str, Any], files: dict[str, Any], kept: dict[int, str] | None = None, *, is_layout: bool = False
) -> None:
    """Refuse (50035, 40005) a message that has wrong types or exceeds Discord's limits.

    ``files`` are the uploads, by their number in the form; ``kept`` are the names of the attachments that the message
    already had, by identifier. ``is_layout``: the message already is one of Components V2, which cannot be undone.
    """
    kept = kept or {}
    wrong = FormErrors()
    if payload.get("content") is not None:
        wrong.length("content", payload["content"], 0, 2000)
    flags = payload.get("flags") or 0
    if wrong.is_a("flags", flags, int):
        is_layout = is_layout or bool(flags & COMPONENTS_V2)
        if flags & ~SETTABLE_FLAGS:
            wrong.add("flags", "BASE_TYPE_CHOICES", f"Flags {flags} cannot be set.")
    if payload.get("tts") is not None:
        wrong.is_a("tts", payload["tts"], bool)
    _check_embeds(wrong, payload.get("embeds"))
    _check_allowed_mentions(wrong, payload.get("allowed_mentions"))
    listed = _check_attachments(wrong, payload.get("attachments"), files, kept)
    if is_layout:
        for field in ("content", "embeds", "sticker_ids", "poll"):
            if payload.get(field):
                message = f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                wrong.add(field, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
        names = {upload.filename for upload in files.values()}
        names |= set(kept.values()) if payload.get("attachments") is None else {kept[one] for one in listed}
        check_layout(wrong, payload.get("components"), names)
    else:
        check_rows(wrong, payload.get("components"))
    wrong.raise_if_any()
    if any(len(upload.data) > ATTACHMENT_SIZE_LIMIT for upload in files.values()):
        raise errors.too_large()


def check_modal(payload: dict[str, Any]) -> None:
    """Refuse a modal that lacks a title, an identifier or one to five rows of inputs."""
    wrong = FormErrors()
    wrong.length("data.title", payload.get("title"), 1, 45)
    wrong.length("data.custom_id", payload.get("custom_id"), 1, 100)
    rows = wrong.items("data.components", payload.get("components"), 5)
    if not rows:
        wrong.add("data.components", "BASE_TYPE_REQUIRED", "This field is required")
    wrong.raise_if_any()


def check_choices(payload: dict[str, Any]) -> None:
    """Refuse more than 25 autocomplete choices, or one with a name or value that Discord would not accept."""
    wrong = FormErrors()
    for index, choice in enumerate(wrong.items("data.choices", payload.get("choices"), 25)):
        path = f"data.choices.{index}"
        wrong.length(f"{path}.name", choice.get("name"), 1, 100)
        value = choice.get("value")
        if isinstance(value, str):
            wrong.length(f"{path}.value", value, 1, 100)
        elif not isinstance(value, int | float):
            wrong.add(f"{path}.value", "BASE_TYPE_BAD_TYPE", "Must be a string or a number.")
    wrong.raise_if_any()


def _check_embeds(wrong: FormErrors, embeds: object) -> None:
    characters = 0
    for index, embed in enumerate(wrong.items("embeds", embeds, 10)):
        path = f"embeds.{index}"
        if wrong.is_a(path, embed, dict):
            for name, text, limit in _embed_texts(wrong, path, embed):
                if text is not None and wrong.length(f"{path}.{name}", text, 0, limit):
                    characters += len(text.strip())
            _check_embed_looks(wrong, path, embed)
    if characters > 6000:
        wrong.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_texts(wrong: FormErrors, path: str, embed: dict[str, Any]) -> list[tuple[str, Any, int]]:
    """Yield the texts of an embed, each with its limit; empty texts of fields are refused here."""
    texts = [(name, embed.get(name), limit) for name, limit in EMBED_TEXTS.items()]
    for part, (name, limit) in EMBED_PARTS.items():
        if embed.get(part) is not None and wrong.is_a(f"{path}.{part}", embed[part], dict):
            texts.append((f"{part}.{name}", embed[part].get(name), limit))
    for number, entry in enumerate(wrong.items(f"{path}.fields", embed.get("fields"), 25)):
        for name, limit in (("name", 256), ("value", 1024)):
            where = f"fields.{number}.{name}"
            if wrong.length(f"{path}.{where}", entry.get(name), 1, limit):
                texts.append((where, entry[name], limit))
    return texts


def _check_embed_looks(wrong: FormErrors, path: str, embed: dict[str, Any]) -> None:
    colour = embed.get("color") or 0
    if wrong.is_a(f"{path}.color", colour, int) and not 0 <= colour <= 0xFFFFFF:
        wrong.add(f"{path}.color", "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.")
    for picture in PICTURES:
        url = (embed.get(picture) or {}).get("url")
        if url is not None and not str(url).startswith(("http://", "https://", "attachment://")):
            wrong.add(f"{path}.{picture}.url", "URL_TYPE_INVALID_SCHEME", f"Not a well formed URL: {url!r}.")


def _check_allowed_mentions(wrong: FormErrors, allowed: object) -> None:
    if allowed is None or not wrong.is_a("allowed_mentions", allowed, dict):
        return
    for kind in wrong.items("allowed_mentions.parse", allowed.get("parse"), 3):  # type: ignore[attr-defined]
        if kind not in MENTION_KINDS:
            wrong.add("allowed_mentions.parse", "BASE_TYPE_CHOICES", f"Must be one of {sorted(MENTION_KINDS)}.")


def _check_attachments(wrong: FormErrors, listed: object, files: dict[str, Any], kept: dict[int, str]) -> set[int]:
    """Check the attachments that a message lists; return those that it keeps from before."""
    if len(files) > 10:
        wrong.add("files", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    keeps: set[int] = set()
    for index, attachment in enumerate(wrong.items("attachments", listed, 10)):
        identifier = str(attachment.get("id"))
        if identifier in files:
            continue
        if identifier.isdigit() and int(identifier) in kept:
            keeps.add(int(identifier))
        else:
            wrong.add(f"attachments.{index}.id", "ATTACHMENT_NOT_FOUND", f"No file {identifier} in this form.")
    return keeps
