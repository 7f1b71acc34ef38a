"""Parts of fonts.sh: the characters of Japanese, and fonts out of their web wrapping."""

import struct
import sys
import zlib


def japanese():
    """The characters of Windows' code page 932 that no alphabet has: JIS X 0208 with its
    kanji of levels 1 and 2, the kanji of names that NEC and IBM added (髙, 﨑), half-width
    katakana; all of kana and full-width forms; and kanji for common use since 2010."""
    chars = set()
    for high in range(0x81, 0x100):
        for low in range(0x40, 0x100):
            try:
                c = bytes([high, low]).decode("cp932")
            except UnicodeDecodeError:
                continue
            if len(c) == 1 and not 0xE000 <= ord(c) < 0xF900:  # private use
                chars.add(ord(c))
    chars.update(ord(bytes([b]).decode("cp932")) for b in range(0xA1, 0xE0))
    for first, last in ((0x3000, 0x303F), (0x3041, 0x3096), (0x3099, 0x30FF), (0x31F0, 0x31FF), (0xFF01, 0xFFE6)):
        chars.update(range(first, last + 1))
    chars.update(map(ord, "𠮟塡剝頰𠮷〜−‖"))
    chars = {c for c in chars if c >= 0x2000} | {0x20, 0xA0}
    print(",".join("%04X" % c for c in sorted(chars)))


def unwrap(source, target):
    """A font out of WOFF 1.0, table by table as its maker left them."""
    data = open(source, "rb").read()
    signature, flavour, _, count, _, size = struct.unpack(">4sIIHHI", data[:20])
    if signature != b"wOFF":
        sys.exit(source + " is no WOFF")
    tables = []
    for i in range(count):
        tag, offset, packed, length, checksum = struct.unpack(">4sIIII", data[44 + 20 * i : 64 + 20 * i])
        table = data[offset : offset + packed]
        if packed < length:
            table = zlib.decompress(table)
        tables.append((tag, offset, table, checksum))
    power = count.bit_length() - 1
    head = struct.pack(">IHHHH", flavour, count, 16 << power, power, 16 * count - (16 << power))
    body, places = b"", {}
    for tag, _, table, _ in sorted(tables, key=lambda t: t[1]):
        places[tag] = 12 + 16 * count + len(body)
        body += table + bytes(-len(table) % 4)
    for tag, _, table, checksum in sorted(tables):
        head += struct.pack(">4sIII", tag, checksum, places[tag], len(table))
    if len(head + body) != size:
        sys.exit(source + " is damaged")
    open(target, "wb").write(head + body)


if __name__ == "__main__":
    {"japanese": japanese, "unwrap": unwrap}[sys.argv[1]](*sys.argv[2:])
