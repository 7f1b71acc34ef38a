// Package assets holds the files that Roomink ships inside its binary. It imports
// nothing of Roomink.
package assets

import "embed"

// The typefaces of signs, all under the OFL 1.1; fonts/README.md says where each comes
// from. IBM Plex Sans was chosen because its sturdy, open letters stay apart when
// thresholded to one bit, and because its digits are all of one width. Its Medium and
// Bold cover Latin, Cyrillic and Greek; Arabic, Hebrew and Devanagari have faces of the
// same family. These are unchanged, as the reserved name asks. The Japanese ones are
// Noto Sans CJK JP, cut down to the characters of Japanese by tools/fonts.sh.
// The bytes must not be changed.
var (
	//go:embed fonts/IBMPlexSans-Medium.ttf
	PlexSansMedium []byte
	//go:embed fonts/IBMPlexSans-Bold.ttf
	PlexSansBold []byte
	//go:embed fonts/IBMPlexSansArabic-Medium.ttf
	PlexSansArabicMedium []byte
	//go:embed fonts/IBMPlexSansArabic-Bold.ttf
	PlexSansArabicBold []byte
	//go:embed fonts/IBMPlexSansHebrew-Medium.ttf
	PlexSansHebrewMedium []byte
	//go:embed fonts/IBMPlexSansHebrew-Bold.ttf
	PlexSansHebrewBold []byte
	//go:embed fonts/IBMPlexSansDevanagari-Medium.ttf
	PlexSansDevanagariMedium []byte
	//go:embed fonts/IBMPlexSansDevanagari-Bold.ttf
	PlexSansDevanagariBold []byte
	//go:embed fonts/NotoSansCJKjp-Medium-subset.otf
	NotoSansJapaneseMedium []byte
	//go:embed fonts/NotoSansCJKjp-Bold-subset.otf
	NotoSansJapaneseBold []byte
)

// Languages holds what signs say, a file a language, named by its BCP 47 tag:
// languages/de.toml. docs/LANGUAGES.md describes them.
//
//go:embed languages/*.toml
var Languages embed.FS
