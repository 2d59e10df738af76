"""Makes the three fonts of this folder from the ones of npm's `inter-ui`.

Usage: python3 -m venv v && v/bin/pip install fonttools brotli && npm pack inter-ui@4.1.1
       tar xzf inter-ui-4.1.1.tgz && v/bin/python subset.py package/web
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

WEIGHTS = ["Regular", "Medium", "SemiBold"]
RANGES = [
    (0x0020, 0x024F),  # Latin
    (0x02B0, 0x03FF),  # modifiers, combining marks, Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin, Vietnamese included
    (0x2000, 0x214F),  # punctuation, currency, letterlike
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x2300, 0x23FF),  # technical: return, eject, keyboard signs
    (0x25A0, 0x27BF),  # shapes, warning sign, check marks
]
# What the window's text layout applies without being asked. Inter's `calt` is left out on purpose:
# it draws `10x10` as `10×10` and `->` as an arrow, and a file's name is shown as it is.
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk"]


def tabular(font: TTFont) -> None:
    """Maps the digits to their tabular shapes, so that figures line up without asking."""
    gsub = font["GSUB"].table
    lookups = {
        index
        for record in gsub.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    shapes = {}
    for index in lookups:
        for part in gsub.LookupList.Lookup[index].SubTable:
            part = getattr(part, "ExtSubTable", part)
            shapes.update(getattr(part, "mapping", {}))
    for table in font["cmap"].tables:
        for digit in range(ord("0"), ord("9") + 1):
            if digit in table.cmap:
                table.cmap[digit] = shapes.get(table.cmap[digit], table.cmap[digit])


def subset(source: Path, target: Path) -> None:
    font = TTFont(source)
    tabular(font)
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    chooser = Subsetter(options)
    chooser.populate(unicodes=[code for low, high in RANGES for code in range(low, high + 1)])
    chooser.subset(font)
    font.flavor = None
    font.save(target)
    digits = {font["hmtx"][font.getBestCmap()[code]][0] for code in range(ord("0"), ord("9") + 1)}
    assert len(digits) == 1, "digits differ in width"
    print(target.name, target.stat().st_size, len(font.getBestCmap()))


if __name__ == "__main__":
    here = Path(__file__).parent
    for weight in WEIGHTS:
        subset(Path(sys.argv[1]) / f"Inter-{weight}.woff2", here / f"Inter-{weight}.ttf")
