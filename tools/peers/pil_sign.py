"""Draws Roomink's sign with PIL, down to the bytes of an 800x480 black and white panel.

What one would write who knows PIL: an image of one bit, so that FreeType draws its
letters in one bit and the image's own bytes are what the panel takes; text shaped by
Raqm, which is PIL's default and what Roomink does; fonts loaded once for every size.
internal/peers says how it is run.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 800, 480
HERO, FOOT = 508, 398  # where the column begins and the bar
FONTS = Path(__file__).parents[2] / "assets" / "fonts"
BLACK, WHITE = 0, 1

_fonts = {}


def font(weight, size):
    key = weight, size
    if key not in _fonts:
        _fonts[key] = ImageFont.truetype(str(FONTS / f"IBMPlexSans-{weight}.ttf"), size)
    return _fonts[key]


def fit(text, weight, size, least, width):
    """The largest font in which text is no wider than width."""
    while size > least and font(weight, size).getlength(text) > width:
        size -= 2
    return font(weight, size)


def wrap(text, face, width, most):
    """Breaks text into lines, at most so many."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            while lines[-1] and face.getlength(lines[-1] + "…") > width:
                lines[-1] = lines[-1][:-1]
            lines[-1] += "…"
            break
    return lines


def prepare(sign):
    """Reads the instants of a sign, which are no part of drawing."""
    seconds = lambda s: datetime.fromisoformat(s).timestamp()
    begin, end = map(seconds, sign["Hours"])
    share = lambda s: (seconds(s) - begin) / (end - begin)
    sign["bar"] = [(share(d["From"]), share(d["To"])) for d in sign["Day"]]
    sign["ticks"] = [(share(t["At"]), t["Label"]) for t in sign["Ticks"]]


def draw(sign):
    image = Image.new("1", (WIDTH, HEIGHT), WHITE)
    d = ImageDraw.Draw(image)
    hero(d, sign)
    column(d, sign)
    bar(d, sign)
    return image


def hero(d, sign):
    left, room = 33, HERO - 66
    ground, ink = (BLACK, WHITE) if sign["State"] == "busy" else (WHITE, BLACK)
    d.rectangle((0, 0, HERO - 1, FOOT - 1), fill=ground)
    d.text((left, 60), sign["Room"], ink, fit(sign["Room"], "Bold", 33, 21, room), "ls")
    d.text((left, 92), sign["Place"], ink, font("Medium", 23), "ls")
    d.text((left, 215), sign["Headline"], ink, fit(sign["Headline"], "Bold", 142, 60, room), "ls")
    d.text((left, 272), sign["Detail"], ink, fit(sign["Detail"], "Medium", 46, 25, room), "ls")
    d.rectangle((left, 294, 475, 295), fill=ink)
    if current := sign["Current"]:
        face = fit(current["Title"], "Bold", 29, 23, room)
        y = 334
        for line in wrap(current["Title"], face, room, 2):
            d.text((left, y), line, ink, face, "ls")
            y += 32
        d.text((left, y), f"{current['Time']} · {current['Who']}", ink, font("Medium", 23), "ls")


def column(d, sign):
    left, room, bottom = HERO + 26, 239, FOOT - 10
    d.text((left, 49), sign["Date"], BLACK, fit(sign["Date"], "Medium", 23, 17, room), "ls")
    d.text((left, 95), sign["NextHead"], BLACK, font("Bold", 23), "ls")
    d.rectangle((left, 104, left + room, 106), fill=BLACK)
    bold, face, y = font("Bold", 23), font("Medium", 23), 139
    for i, meeting in enumerate(sign["Next"]):
        lines = wrap(meeting["Title"], face, room, 2)
        more = len(sign["Next"]) - i
        if y + 28 * len(lines) > bottom - (28 if more > 1 else 0):
            d.text((left, y), f"+{more}", BLACK, bold, "ls")
            break
        d.text((left, y), meeting["Time"], BLACK, bold, "ls")
        for line in lines:
            y += 28
            d.text((left, y), line, BLACK, face, "ls")
        y += 38


def bar(d, sign):
    left, room = 34, 732
    d.rectangle((0, FOOT, WIDTH - 1, FOOT + 1), fill=BLACK)
    for begin, end in sign["bar"]:
        d.rectangle((left + round(begin * room), 414, left + round(end * room), 440), fill=BLACK)
    d.rectangle((left, 440, left + room, 441), fill=BLACK)
    face = font("Medium", 18)
    for at, label in sign["ticks"]:
        x = left + round(at * room)
        d.rectangle((x, 440, x + 1, 445), fill=BLACK)
        d.text((x, 462), label, BLACK, face, "ms")


def main():
    mode, path = sys.argv[1:]
    with open(path, encoding="utf-8") as f:
        signs = json.load(f)
    for sign in signs:
        prepare(sign)
    if mode == "cold":
        sys.stdout.buffer.write(draw(signs[0]).tobytes())
        return
    for _ in range(2):  # the first time to warm up
        times = []
        for sign in signs:
            began = time.perf_counter()
            draw(sign).tobytes()
            times.append(1000 * (time.perf_counter() - began))
    print(*times, sep="\n")


main()
