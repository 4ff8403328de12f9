"""Words that a member may type, or have typed for them, to mislead, to ping, to break out or to slow down."""

ZALGO = "Z" + "\u0300\u0316\u0327\u0334\u0489" * 39 + "o"
OVERRIDE = "\u202egninnur si tob eht\u202c \u2066\u2067\u2069"
MENTIONS = "@everyone @here <@1> <@&2> <#3> </lyrics:4> <t:5:R> <:a:6> <id:customize>"
MARKDOWN = "**a** __b__ ~~c~~ ||d|| `e` ```f``` [g](https://h.example) <https://i.example> > j # k -# l 1. m"

SEEDS: dict[str, str] = {
    "200 letters without a space": "a" * 200,
    "200 spaces and a letter": " " * 199 + "a",
    "200 combining marks": "a" + "\u0301" * 199,
    "piled-up marks": ZALGO[:200],
    "right-to-left overrides": OVERRIDE * 4,
    "nothing visible": "\u200b\u2060\u00ad\u2800\u3164\u115f" * 30,
    "only line ends": "\n\r\u2028\u2029\x85" * 20 + "a",
    "mentions": MENTIONS,
    "formatting": MARKDOWN,
    "backslashes": "\\" * 200,
    "stars": "*" * 200,
    "back ticks": "`" * 199 + "a",
    "brackets": "[" * 100 + "]" * 100,
    "a link in a link": "[a](https://b.example" * 9,
    "angle brackets": "<" * 100 + "@1>" * 33,
    "different characters": "".join(chr(0x4E00 + 97 * k) for k in range(200)),
    "emoji with joiners": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
    "flags and tags": "\U0001f3f4\U000e0067\U000e0062\U000e007f" * 50,
    "half a character": "a\ud800b",
    "NUL and escapes": "\x00\x1b[2J\x07\x9b31m" * 19 + "a",
    "marks of the bot's own": "\ue000\ue001\ue002\ue010 [Chorus] [Verse 1] x2" * 4,
    "a format string": "{artist} {0} %s %(user)s {user.__class__}" * 4,
    "SQL": "'; DROP TABLE requests; --" * 7,
    "a repeated word": "la " * 66,
    "hyphens": "-" * 199 + "a",
    "numbers": "9" * 200,
    "Arabic without a space": "\u0643" * 200,
    "ligatures that expand": "\ufdfa" * 200,
    "full-width mentions": "\uff20everyone \uff1c@1\uff1e",
}

NAMES: dict[str, str] = {
    "piled-up marks": "Z" + "\u0300\u0316\u0327\u0334\u0489" * 7,
    "an override": "\u202eanna",
    "nothing visible": "\u2800\u3164\u200b",
    "a path": "../../etc/passwd",
    "another alphabet": "harb\u043eur-lights",
    "looks the same": "harbour\u2010lights",
    "a full-width slash": "a\uff0fb",
    "only marks": "\u0301\u0301",
    "too long after normalising": "\ufdfa" * 40,
    "mentions": "@everyone <@1> <@&2>",
    "formatting": "**a** [b](https://c.example) `d`",
    "SQL": "'; DROP TABLE artists; --",
    "half a character": "a\ud800b",
    "a line end": "a\nb",
    "a button's id": "x:1}{artist}",
}

MESSAGES: dict[str, str] = {
    **{f"seed: {name}": text for name, text in SEEDS.items()},
    "4,000 letters": "a" * 4_000,
    "4,000 stars": "*" * 4_000,
    "4,000 marks": "a" + "\u0301\u0327\u0316" * 1_333,
    "http without end": "https://" * 500,
    "mentions without end": MENTIONS * 50,
    "emoji without end": "<:aaaa" * 650,
    "nothing": "\u200b" * 100,
    "a picture only": "",
}

CUSTOM_IDS: tuple[str, ...] = (
    *(f"song:{what}:{number}" for what in ("again", "continue", "like", "whole", "card", "show", "interrupted")
      for number in ("0", "1", "9" * 18, "8999999999999999999", "9223372036854775808", "-1", "1e9", "\u0661", "1\n")),
    "song:delete:1:1", "song:delete:8999999999999999999:0", "song:delete:1", "song:delete:1:1:1",
    "artist:sing:" + "a" * 40, "artist:sing:" + "a" * 88, "artist:sing:\u202eanna", "artist:sing:@everyone",
    "artist:sing:" + "\ufdfa" * 40, "artist:details:../../x", "artist:forget:id:1", "artist:forget:id:0",
    "artists:page:0", "artists:page:9999", "history:page:0", "history:page:9999999", "job:cancel:1", "job:use:1",
    "job:text:1", "settings:every-channel", "settings:filter-by-default", "confirmation:keep", "mydata:delete",
    "x" * 100, ":::", "song:",
)  # fmt: skip

CONSOLE_LINES: tuple[str, ...] = (
    *(seed.replace("\n", " ").replace("\r", " ") for seed in SEEDS.values()),
    *(f"/lyrics seed:{seed}" for seed in ("a" * 5_000, '"' * 500, "seed:" * 200, MARKDOWN)),
    "/lyrics " + "x:y " * 2_000,
    "/lyrics seed:a lines:999999999999999999999999 rhyme:AABB",
    "/lyrics seed:a temperature:nan",
    "/lyrics seed:a artist:../../etc/passwd",
    "/train artist:x corpus:/etc/shadow",
    "/train artist:x corpus:/dev/zero",
    "/train artist:x corpus:/proc/self/mem",
    "/train artist:../x corpus:.",
    "/cancel job:-1", "/cancel job:99999999999999999999", "/history page:0", "/artist name:\u202e", "/nonsense", "/",
    "//", "/mydata delete", "no", "/settings default_artist:none", "\x1b[2J\x1b]0;title\x07", "/help",
)  # fmt: skip
