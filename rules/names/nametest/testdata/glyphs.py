#!/usr/bin/env python3
"""Which characters look like which, by looking: the tables glyphs.txt, others.txt.

Every character that one of the fonts has is drawn at 64 pixels an em on one
baseline, centred by its ink, blurred a little, and compared with every target
letter. What two drawings share is the sum of the darker pixels' minimum divided
by that of their maximum. Characters are compared within a font, and across the
fonts of one family, since a browser falls back to the family's font of another
script. No data of Unicode TS 39 is read. What normalisation alone makes equal,
and a letter with its own accent, is left out: other methods make those.

  glyphs.py glyphs|others FOLDER... >TABLE     (Pillow, fontTools, numpy)

glyphs.txt is made from DejaVu 2.37, GNU FreeFont 20120503, Liberation and Noto
20201225, from which the rules' own data is measured too, after this. So others.txt
is made from other fonts: Andika, Carlito, Cardo, Charis SIL, Gentium Plus,
Junicode, Linux Biolinum and Libertine, Open Sans, Roboto, STIX, Symbola and GNU
Unifont. All are as packaged by Debian 12. Similarities are measurements; no outline
of a font is in the tables.
"""
import glob, os, re, sys, unicodedata
import numpy
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont

EM, SIDE = 64, 128
# The fonts of each family, and from which likeness two characters look alike in
# it. Where letters have serifs, are bold or of one width, O and Q share more.
FAMILIES = {
    "glyphs": {
        "DejaVu Sans": (r"DejaVuSans\.ttf$", 0.93),
        "Free Sans": (r"FreeSans\.ttf$", 0.93),
        "Liberation Sans": (r"LiberationSans-Regular\.ttf$", 0.93),
        "Noto Sans": (r"NotoSans[A-Za-z]*-Regular\.ttf$", 0.93),
        "Noto Sans Bold": (r"NotoSans[A-Za-z]*-Bold\.ttf$", 0.945),
        "DejaVu Serif": (r"DejaVuSerif\.ttf$", 0.945),
        "Free Serif": (r"FreeSerif\.ttf$", 0.945),
        "Liberation Serif": (r"LiberationSerif-Regular\.ttf$", 0.945),
        "Noto Serif": (r"NotoSerif[A-Za-z]*-Regular\.ttf$", 0.945),
        "DejaVu Sans Mono": (r"DejaVuSansMono\.ttf$", 0.945),
        "Free Mono": (r"FreeMono\.ttf$", 0.945),
    },
    "others": {
        "Andika": (r"Andika-Regular\.ttf$", 0.93),
        "Carlito": (r"Carlito-Regular\.ttf$", 0.93),
        "Open Sans": (r"OpenSans-Regular\.ttf$", 0.93),
        "Roboto": (r"Roboto-Regular\.ttf$", 0.93),
        "Linux Biolinum": (r"LinBiolinum_R\.otf$", 0.93),
        "Symbola": (r"Symbola_hint\.ttf$", 0.945),
        "Cardo": (r"Cardo104s\.ttf$", 0.945),
        "Charis": (r"CharisSIL-Regular\.ttf$", 0.945),
        "Gentium": (r"GentiumPlus-Regular\.ttf$", 0.945),
        "Junicode": (r"JunicodeTwoBeta-Regular\.otf$", 0.945),
        "Linux Libertine": (r"LinLibertine_R\.otf$", 0.945),
        "STIX": (r"STIX-Regular\.otf$", 0.945),
        "Unifont": (r"unifont(_upper)?\.otf$", 0.945),
    },
}
SKIP = ("CJK", "HANGUL", "YI SYLL", "BRAILLE", "TANGUT", "CUNEIFORM", "HIEROGLYPH", "SIGNWRITING", "BAMUM", "DOMINO", "MAHJONG", "BOX DRAW")


def targets():
    yield from "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    yield from (chr(c) for c in range(0x410, 0x450))
    yield from (chr(c) for c in range(0x391, 0x3CA) if unicodedata.category(chr(c))[0] == "L")
    yield from (chr(c) for c in range(0x531, 0x557))
    yield from (chr(c) for c in range(0x561, 0x587))


def wanted(c):
    name = unicodedata.name(chr(c), "")
    return name and not name.startswith(SKIP) and unicodedata.category(chr(c))[0] in "LNSP"


def drawing(font, text):
    image = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(image).text((SIDE // 4, SIDE * 5 // 8), text, font=font, fill=255, anchor="ls")
    box = image.getbbox()
    if not box or box[0] == 0 or box[2] == SIDE:
        return None, 0
    width = box[2] - box[0]
    centred = Image.new("L", (SIDE, SIDE), 0)
    centred.paste(image.crop((box[0], 0, box[2], SIDE)), ((SIDE - width) // 2, 0))
    small = centred.filter(ImageFilter.GaussianBlur(1.6)).crop((24, 16, 104, 112)).resize((40, 48), Image.BILINEAR)
    pixels = numpy.asarray(small, dtype=numpy.float32).ravel() / 255
    return pixels, font.getlength(text)


def script(c):
    return unicodedata.name(c).split()[0]


def base(c):
    return unicodedata.normalize("NFKD", c)[:1]


def main():
    files = sorted({os.path.basename(f): f for d in sys.argv[2:] for f in glob.glob(d + "/**/*.[ot]tf", recursive=True)}.items())
    found = {}
    letters = list(targets())
    for family, (pattern, bar) in FAMILIES[sys.argv[1]].items():
        glyphs = {}
        paths = [p for n, p in files if re.search("^" + pattern, n) or re.search(pattern, n)]
        paths.sort(key=lambda p: (len(os.path.basename(p)), p))
        for path in paths:
            try:
                font, table = ImageFont.truetype(path, EM), TTFont(path, lazy=True).getBestCmap()
            except Exception as mistake:
                print(path, mistake, file=sys.stderr)
                continue
            for c in table:
                if c not in glyphs and c > 0x20 and wanted(c):
                    pixels, advance = drawing(font, chr(c))
                    if pixels is not None:
                        glyphs[c] = (pixels, advance)
        print(family, len(paths), "files,", len(glyphs), "characters", file=sys.stderr)
        order = sorted(glyphs)
        matrix = numpy.stack([glyphs[c][0] for c in order])
        for t in letters:
            if ord(t) not in glyphs:
                continue
            pixels, advance = glyphs[ord(t)]
            shared = numpy.minimum(matrix, pixels).sum(1) / numpy.maximum(matrix, pixels).sum(1)
            for i in numpy.nonzero(shared >= bar)[0]:
                c = chr(order[i])
                if c in letters and script(c) == script(t):
                    continue  # two letters of one alphabet, such as Cyrillic Sha and Shcha, are two to its readers
                if c == t or unicodedata.normalize("NFKC", c) == t or base(c) == t or ord(c) < 0x80:
                    continue
                if abs(glyphs[order[i]][1] - advance) > 0.2 * EM:
                    continue
                best = found.get((t, c), (0, ""))
                found[t, c] = max(best, (float(shared[i]), family))
    print("# What looks like what, by drawing: see glyphs.py. Target, look-alike, shared ink (of 1000), family, name.")
    for (t, c), (shared, family) in sorted(found.items()):
        print(f"{ord(t):04X}\t{ord(c):04X}\t{round(shared * 1000)}\t{family}\t{unicodedata.name(c)}")


main()
