"""Prints the @font-face rules of the fallback faces, for courant.css: each makes a font that readers already have
as wide and as tall as ours, so that nothing moves when ours arrives.

size-adjust is the ratio of mean advance widths over English text; ascent- and descent-override are our hhea values
divided by it. Widths of the system fonts are their published metrics (units per em, mean advance), weighted by the
same letter frequencies as used here.
"""

import pathlib
import sys

from fontTools.ttLib import TTFont

# Frequencies per 10,000 characters of English newspaper and encyclopaedia text, spaces included.
FREQUENCY = {
    " ": 1540, "e": 922, "t": 672, "a": 668, "i": 588, "n": 578, "o": 571, "r": 526, "s": 469, "h": 351, "l": 304,
    "d": 298, "c": 232, "u": 207, "m": 181, "f": 170, "p": 163, "g": 155, "y": 123, "b": 114, "w": 110, ",": 83,
    ".": 79, "v": 76, "0": 53, "k": 46, "T": 41, "S": 41, "A": 40, "C": 31, "2": 26, "M": 25, "x": 25, "1": 23,
    "P": 23, "I": 22, "B": 20, "-": 18, "U": 16, "R": 15, "F": 15, "5": 15, "N": 14, "D": 13, "H": 13, "L": 12,
    "W": 12, "G": 11, "E": 11, "z": 11, "3": 10, "j": 9, "J": 9, "O": 9, "4": 8, "q": 8, "6": 7, "8": 7, "K": 7,
    "9": 6, "7": 5, "V": 5, "Y": 3, "Z": 2, "Q": 1, "X": 1,
}

SERIFS = [("a", 'local("Georgia")', 913 / 2048), ("b", 'local("Times New Roman"),local("Liberation Serif")', 832 / 2048),
          ("c", 'local("Noto Serif")', 481 / 1000), ("d", 'local("DejaVu Serif")', 1061 / 2048)]
SANS = [("a", 'local("Arial"),local("Liberation Sans"),local("Helvetica")', 913 / 2048),
        ("b", 'local("Roboto")', 911 / 2048), ("c", 'local("DejaVu Sans")', 1044 / 2048)]
OURS = [("Text", "newsreader-text", SERIFS), ("Display", "newsreader-display", SERIFS), ("Sans", "public-sans", SANS)]


def width(font: TTFont) -> float:
    """The mean advance of English text in ems."""
    cmap, advance, total = font.getBestCmap(), font["hmtx"], sum(FREQUENCY.values())
    units = sum(advance[cmap[ord(letter)]][0] * share for letter, share in FREQUENCY.items())
    return units / total / font["head"].unitsPerEm


for name, file, fallbacks in OURS:
    font = TTFont(pathlib.Path(sys.argv[1]) / f"{file}.woff2")
    em, hhea = font["head"].unitsPerEm, font["hhea"]
    for suffix, source, theirs in fallbacks:
        ratio = width(font) / theirs
        print(f'@font-face{{font-family:"{name} {suffix}";src:{source};size-adjust:{ratio:.2%};'
              f"ascent-override:{hhea.ascent / em / ratio:.2%};descent-override:{-hhea.descent / em / ratio:.2%};"
              f"line-gap-override:0%}}")
