"""Message components of both kinds: rows of buttons below a message, and the layouts of Components V2."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.discord_stand_in.errors import FormErrors

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LINK_STYLE = 5

MOST_COMPONENTS = 40
MOST_TEXT = 4_000
IN_A_CONTAINER = {ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR}
AT_THE_TOP = IN_A_CONTAINER | {CONTAINER}
ATTACHED = "attachment://"

Component = dict[str, Any]


def walk(components: list[Component]) -> Iterator[Component]:
    """Yield every component in reading order, parents before their children."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        if component.get("accessory"):
            yield from walk([component["accessory"]])


def texts(components: list[Component]) -> list[str]:
    """Return the contents of the text displays."""
    return [component["content"] for component in walk(components) if component["type"] == TEXT_DISPLAY]


def media(components: list[Component]) -> list[dict[str, Any]]:
    """Return everything with an address: pictures and files."""
    found: list[dict[str, Any]] = []
    for component in walk(components):
        if component["type"] == MEDIA_GALLERY:
            found += [item["media"] for item in component["items"]]
        elif component["type"] == THUMBNAIL:
            found.append(component["media"])
        elif component["type"] == FILE:
            found.append(component["file"])
    return found


def attached_names(components: list[Component]) -> set[str]:
    """Return the names of the attachments that are shown."""
    return {item["url"].removeprefix(ATTACHED) for item in media(components) if item["url"].startswith(ATTACHED)}


def numbered(components: list[Component]) -> list[Component]:
    """Return the components as Discord keeps them: each has an id, assigned in reading order if it was missing."""
    kept = copy.deepcopy(components)
    given = {component["id"] for component in walk(kept) if component.get("id")}
    following = 1
    for component in walk(kept):
        if not component.get("id"):
            while following in given:
                following += 1
            component["id"] = following
            given.add(following)
    return kept


def check_rows(wrong: FormErrors, rows: object) -> None:
    """Refuse anything but up to five rows of up to five buttons, or one menu."""
    seen: set[str] = set()
    for index, row in enumerate(wrong.items("components", rows, 5)):
        path = f"components.{index}"
        if not wrong.is_a(path, row, dict):
            continue
        if row.get("type") != ACTION_ROW:
            wrong.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value of field 'type' must be one of (1,).")
            continue
        _check_row(wrong, path, row, seen)


def check_layout(wrong: FormErrors, components: object, attachments: set[str]) -> None:
    """Refuse a layout that exceeds Discord's limits or shows a file that is not attached."""
    layout = wrong.items("components", components, MOST_COMPONENTS)
    seen: set[str] = set()
    for index, component in enumerate(layout):
        _check_part(wrong, f"components.{index}", component, AT_THE_TOP, seen)
    wrong.raise_if_any()
    every = list(walk(layout))
    if len(every) > MOST_COMPONENTS:
        wrong.add("components", "BASE_TYPE_MAX_LENGTH", f"{len(every)} components; at most {MOST_COMPONENTS}.")
    written = sum(len(text) for text in texts(layout))
    if written > MOST_TEXT:
        wrong.add("components", "COMPONENT_MAX_TOTAL_TEXT_SIZE", f"{written} characters of text; at most {MOST_TEXT}.")
    ids = [component["id"] for component in every if component.get("id")]
    if len(ids) != len(set(ids)):
        wrong.add("components", "COMPONENT_ID_DUPLICATED", "Component ids must be unique.")
    for name in sorted(attached_names(layout) - attachments):
        wrong.add("components", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", f"No attachment {name!r}.")


def _check_part(wrong: FormErrors, path: str, part: Any, allowed: set[int], seen: set[str]) -> None:
    if not wrong.is_a(path, part, dict):
        return
    kind = part.get("type")
    if kind not in allowed:
        wrong.add(f"{path}.type", "BASE_TYPE_CHOICES", f"Value of field 'type' must be one of {sorted(allowed)}.")
    elif kind == ACTION_ROW:
        _check_row(wrong, path, part, seen)
    elif kind == TEXT_DISPLAY:
        wrong.length(f"{path}.content", part.get("content"), 1, MOST_TEXT)
    elif kind == SECTION:
        _check_section(wrong, path, part, seen)
    elif kind == MEDIA_GALLERY:
        _check_gallery(wrong, path, part)
    elif kind == FILE:
        _check_media(wrong, f"{path}.file", part.get("file"), attached_only=True)
    elif kind == SEPARATOR and part.get("spacing", 1) not in (1, 2):
        wrong.add(f"{path}.spacing", "BASE_TYPE_CHOICES", "Value of field 'spacing' must be one of (1, 2).")
    elif kind == CONTAINER:
        _check_container(wrong, path, part, seen)


def _check_gallery(wrong: FormErrors, path: str, part: Component) -> None:
    items = wrong.items(f"{path}.items", part.get("items"), 10)
    if not items:
        wrong.add(f"{path}.items", "BASE_TYPE_REQUIRED", "This field is required")
    for number, item in enumerate(items):
        _check_media(wrong, f"{path}.items.{number}.media", item.get("media"))
        if item.get("description") is not None:
            wrong.length(f"{path}.items.{number}.description", item["description"], 1, 1024)


def _check_container(wrong: FormErrors, path: str, part: Component, seen: set[str]) -> None:
    colour = part.get("accent_color")
    if colour is not None and wrong.is_a(f"{path}.accent_color", colour, int) and not 0 <= colour <= 0xFFFFFF:
        wrong.add(f"{path}.accent_color", "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.")
    inner = wrong.items(f"{path}.components", part.get("components"), MOST_COMPONENTS)
    if not inner:
        wrong.add(f"{path}.components", "BASE_TYPE_REQUIRED", "This field is required")
    for index, child in enumerate(inner):
        _check_part(wrong, f"{path}.components.{index}", child, IN_A_CONTAINER, seen)


def _check_section(wrong: FormErrors, path: str, part: Component, seen: set[str]) -> None:
    inner = wrong.items(f"{path}.components", part.get("components"), 3)
    if not inner:
        wrong.add(f"{path}.components", "BASE_TYPE_REQUIRED", "This field is required")
    for index, child in enumerate(inner):
        _check_part(wrong, f"{path}.components.{index}", child, {TEXT_DISPLAY}, seen)
    accessory = part.get("accessory")
    if not wrong.is_a(f"{path}.accessory", accessory, dict):
        return
    assert isinstance(accessory, dict)
    if accessory.get("type") == THUMBNAIL:
        _check_media(wrong, f"{path}.accessory.media", accessory.get("media"))
    elif accessory.get("type") == BUTTON:
        _check_item(wrong, f"{path}.accessory", accessory, seen)
    else:
        wrong.add(f"{path}.accessory.type", "BASE_TYPE_CHOICES", "Value of field 'type' must be one of (2, 11).")


def _check_media(wrong: FormErrors, path: str, item: Any, *, attached_only: bool = False) -> None:
    if not wrong.is_a(path, item, dict):
        return
    schemes = (ATTACHED,) if attached_only else (ATTACHED, "https://", "http://")
    if not str(item.get("url")).startswith(schemes):
        wrong.add(f"{path}.url", "URL_TYPE_INVALID_SCHEME", f"Must begin with one of {schemes}.")


def _check_row(wrong: FormErrors, path: str, row: Component, seen: set[str]) -> None:
    items = wrong.items(f"{path}.components", row.get("components"), 5)
    if not items:
        wrong.add(f"{path}.components", "BASE_TYPE_REQUIRED", "This field is required")
    for index, item in enumerate(items):
        _check_item(wrong, f"{path}.components.{index}", item, seen)


def _check_item(wrong: FormErrors, path: str, item: Component, seen: set[str]) -> None:
    if item.get("type") not in (BUTTON, STRING_SELECT):
        wrong.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value of field 'type' must be one of (2, 3).")
        return
    if item["type"] == BUTTON and item.get("style") == LINK_STYLE:
        wrong.length(f"{path}.url", item.get("url"), 1, 512)
    elif wrong.length(f"{path}.custom_id", item.get("custom_id"), 1, 100):
        if item["custom_id"] in seen:
            wrong.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        seen.add(item["custom_id"])
    if item["type"] != BUTTON:
        return
    if item.get("style") not in range(1, 6):
        wrong.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value of field 'style' must be one of (1, 2, 3, 4, 5).")
    if item.get("label") is not None:
        wrong.length(f"{path}.label", item["label"], 1, 80)
    elif item.get("emoji") is None:
        wrong.add(path, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji")
