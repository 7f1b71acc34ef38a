// Package assets holds the files that Roomink ships inside its binary. It imports
// nothing of Roomink.
package assets

import "embed"

// The typefaces of signs: IBM Plex Sans (OFL 1.1, fonts/OFL.txt), chosen because its
// sturdy, open letters stay apart when thresholded to one bit, and because its
// digits are all of one width. Medium and Bold cover Latin, Cyrillic and Greek, the
// Arabic face has its own script. The fonts are unchanged, as its reserved name asks.
// The bytes must not be changed.
var (
	//go:embed fonts/IBMPlexSans-Medium.ttf
	PlexSansMedium []byte
	//go:embed fonts/IBMPlexSans-Bold.ttf
	PlexSansBold []byte
	//go:embed fonts/IBMPlexSansArabic-Medium.ttf
	PlexSansArabicMedium []byte
)

// Languages holds what signs say, a file a language, named by its BCP 47 tag:
// languages/de.toml. docs/LANGUAGES.md describes them.
//
//go:embed languages/*.toml
var Languages embed.FS
