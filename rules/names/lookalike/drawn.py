#!/usr/bin/env python3
"""Letters of other alphabets that are drawn like common ones: drawn.txt.

Beside Unicode TS 39, which lists what its authors found, this measures: every
letter that a font has is drawn on one baseline, centred, blurred, and held
against the letters of Latin, Cyrillic, Greek and Armenian by the cosine of the
angle between the two drawings. Letters count from the bar on, in any font, if
their width is much the same. Of a letter the likest of each alphabet is kept.

  drawn.py FOLDER... >drawn.txt     (Pillow, fontTools, numpy)

Made from DejaVu 2.37, GNU FreeFont 20120503, Liberation 2 and Noto 20201225. The
table holds measurements, and no outline of a font.
"""
import glob, os, re, sys, unicodedata
import numpy
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont

EM, BAR, WIDTH = 56, 0.945, 0.25
FAMILIES = [r"^DejaVuSans\.ttf$", r"^DejaVuSerif\.ttf$", r"^DejaVuSansMono\.ttf$", r"^FreeSans\.ttf$", r"^FreeSerif\.ttf$", r"^FreeMono\.ttf$", r"^LiberationSans-Regular\.ttf$",
            r"^LiberationSerif-Regular\.ttf$", r"^NotoSans[A-Za-z]*-Regular\.ttf$", r"^NotoSerif[A-Za-z]*-Regular\.ttf$", r"^NotoSans[A-Za-z]*-Bold\.ttf$"]
TARGETS = [*map(chr, range(0x41, 0x5b)), *map(chr, range(0x61, 0x7b)), *map(chr, range(0x410, 0x450)), *map(chr, range(0x391, 0x3ca)), *map(chr, range(0x531, 0x557)), *map(chr, range(0x561, 0x587))]
SKIP = ("CJK", "HANGUL", "YI SYLL", "BRAILLE", "TANGUT", "CUNEIFORM", "EGYPTIAN", "ANATOLIAN", "SIGNWRITING", "BAMUM", "DOMINO", "MAHJONG", "BOX DRAW", "HENTAIGANA", "NUSHU", "KHITAN")


def script(c):
    return unicodedata.name(c, "").split(" ")[0]


def drawing(font, c):
    image = Image.new("L", (112, 112), 0)
    ImageDraw.Draw(image).text((28, 74), c, font=font, fill=255, anchor="ls")
    box = image.getbbox()
    if not box or box[0] == 0 or box[2] == 112:
        return None
    centred = Image.new("L", (112, 112), 0)
    centred.paste(image.crop((box[0], 0, box[2], 112)), ((112 - box[2] + box[0]) // 2, 0))
    pixels = numpy.asarray(centred.filter(ImageFilter.GaussianBlur(2)).resize((37, 37), Image.BILINEAR), dtype=numpy.float32).ravel()
    return pixels / numpy.linalg.norm(pixels)


def main():
    files = {os.path.basename(f): f for d in sys.argv[1:] for f in sorted(glob.glob(d + "/**/*.ttf", recursive=True))}
    best = {}
    for pattern in FAMILIES:
        letters = {}
        for name in sorted((n for n in files if re.search(pattern, n)), key=lambda n: (len(n), n)):
            font, table = ImageFont.truetype(files[name], EM), TTFont(files[name], lazy=True).getBestCmap()
            for point in table:
                c = chr(point)
                called = unicodedata.name(c, "")
                if c in letters or point < 0x41 or not called or called.startswith(SKIP) or unicodedata.category(c)[0] not in "LNSP":
                    continue
                pixels = drawing(font, c)
                if pixels is not None:
                    letters[c] = pixels, font.getlength(c)
        order = sorted(letters)
        if not order:
            continue
        matrix = numpy.stack([letters[c][0] for c in order])
        for t in TARGETS:
            if t not in letters:
                continue
            like = matrix @ letters[t][0]
            for i in numpy.nonzero(like >= BAR)[0]:
                c = order[i]
                if c in TARGETS and script(c) == script(t) or c == t or ord(c) < 0x80 or abs(letters[c][1] - letters[t][1]) > WIDTH * EM:
                    continue
                if unicodedata.normalize("NFKD", c)[0] == t:
                    continue
                key = c, script(t)
                if like[i] > best.get(key, (0, ""))[0]:
                    best[key] = float(like[i]), t
    print("# Letters drawn like others, as drawn.py measures them: the letter, what it is like, how much (of 1000).")
    for (c, _), (like, t) in sorted(best.items(), key=lambda x: (x[0][0], -x[1][0], x[1][1])):
        print(f"{ord(c):04x}\t{ord(t):04x}\t{round(1000 * like)}")


main()
