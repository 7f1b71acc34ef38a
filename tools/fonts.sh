#!/bin/sh
# Fetches the fonts of assets/fonts and makes the Japanese ones: the same bytes each time.
# Needs Debian, and npm of any origin; assets/fonts/README.md says what comes from where.
set -eu
cd "$(dirname "$0")/.."
tools/packages.sh python3 python3-fonttools
fonts=$PWD/assets/fonts
make=$PWD/tools/fonts.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# plex PACKAGE: unpacks an npm package into ./package
plex() {
	rm -rf package
	npm pack --silent "$1" >/dev/null
	tar xzf ./*.tgz
	rm ./*.tgz
}
plex @expo-google-fonts/ibm-plex-sans-arabic@0.4.2
cp package/500Medium/IBMPlexSansArabic_500Medium.ttf "$fonts/IBMPlexSansArabic-Medium.ttf"
cp package/700Bold/IBMPlexSansArabic_700Bold.ttf "$fonts/IBMPlexSansArabic-Bold.ttf"
plex @expo-google-fonts/ibm-plex-sans-hebrew@0.4.1
cp package/500Medium/IBMPlexSansHebrew_500Medium.ttf "$fonts/IBMPlexSansHebrew-Medium.ttf"
cp package/700Bold/IBMPlexSansHebrew_700Bold.ttf "$fonts/IBMPlexSansHebrew-Bold.ttf"
plex @ibm/plex-sans-devanagari@1.1.0
for weight in Medium Bold; do
	/usr/bin/python3 "$make" unwrap "package/fonts/complete/woff/IBMPlexSansDevanagari-$weight.woff" \
		"$fonts/IBMPlexSansDevanagari-$weight.ttf"
done

# Debian's packages of fonts are only unpacked: nothing is installed.
apt-get download fonts-noto-cjk fonts-noto-cjk-extra
for package in fonts-noto-cjk*.deb; do
	dpkg -x "$package" noto
done
/usr/bin/python3 "$make" japanese > japanese.txt
for weight in Medium Bold; do
	# Horizontal text needs no vertical metrics, hints or alternates; marks are composed (ccmp).
	/usr/bin/python3 -m fontTools.subset "noto/usr/share/fonts/opentype/noto/NotoSansCJK-$weight.ttc" \
		--font-number=0 --unicodes-file=japanese.txt --layout-features=ccmp \
		--drop-tables+=vmtx,vhea,VORG,BASE,GPOS --no-hinting --notdef-outline \
		--name-IDs=0,1,2,3,4,5,6,13,14 --no-recalc-timestamp \
		--output-file="$fonts/NotoSansCJKjp-$weight-subset.otf"
done
