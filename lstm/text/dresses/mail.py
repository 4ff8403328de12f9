"""Electronic mail: the fields above a message and the signature below it."""

import re

from lstm.text.dresses.undressed import Undressed

_FIELDS = re.compile(
    r"^(?:>{0,3} ?)(?:From|To|Cc|Bcc|Subject|Date|Sent|Reply-To|Message-ID|Von|An|Betreff|Datum|De|Para|Asunto|Fecha"
    r"|À|Objet):[^\n]{0,400}$"
)
_FEWEST_FIELDS = 3
_SIGNATURE = re.compile(
    r"Sent from my .{1,40}|Get Outlook for .{1,40}|Von meinem .{1,30} gesendet|Enviado desde mi .{1,30}"
    r"|Envoyé de mon .{1,30}|-{2,5} ?(?:Forwarded message|Original Message|Weitergeleitete Nachricht) ?-{2,5}"
)
_GREETING = re.compile(r"(?:Hi|Hello|Hey|Dear|Hallo|Hola|Bonjour)\b.{0,60}[,:!]")


def take_off(text: str) -> Undressed | None:
    """Drop blocks of three fields or more, the greeting below them, and signatures."""
    if text.count("Subject:") + text.count("Betreff:") + text.count("Asunto:") + text.count("Objet:") == 0:
        return None
    lines = text.split("\n")
    gone = [False] * len(lines)
    k = blocks = 0
    while k < len(lines):
        end = k
        while end < len(lines) and _FIELDS.match(lines[end]):
            end += 1
        if end - k >= _FEWEST_FIELDS:
            blocks += 1
            gone[k:end] = [True] * (end - k)
            below = next((j for j in range(end, min(end + 4, len(lines))) if lines[j].strip()), None)
            if below is not None and _GREETING.fullmatch(lines[below].strip()):
                gone[below] = True
        k = max(end, k + 1)
    if not blocks:
        return None
    for k, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line.strip()[:120]) or line == "--":
            gone[k] = True
    kept = [line for line, is_gone in zip(lines, gone, strict=True) if not is_gone]
    return Undressed("\n".join(kept), {"email headers": sum(gone)})
