#!/bin/sh
# Asks HarfBuzz's own hb-shape (Debian: libharfbuzz-bin) how the strings of
# engine/frame/testdata/harfbuzz.tsv are set in our fonts, and writes its answers into
# the last column. The test TestHarfBuzz compares our shaping with them.
# Columns: font, direction, script, language, text, glyphs.
set -eu
cd "$(dirname "$0")/.."
table=engine/frame/testdata/harfbuzz.tsv
tab=$(printf '\t')
while IFS=$tab read -r font direction script language text _; do
	glyphs=$(hb-shape --font-file="assets/fonts/$font" --direction="$direction" --script="$script" \
		--language="$language" --features=-liga,-clig --no-glyph-names --text="$text")
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$font" "$direction" "$script" "$language" "$text" "$glyphs"
done < "$table" > "$table.new"
mv "$table.new" "$table"
