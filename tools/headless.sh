#!/bin/sh
# Runs a program with a window on a virtual screen with Mesa's software GL.
set -eu
"$(dirname "$0")/packages.sh" xvfb xauth libgl1-mesa-dri
unset WAYLAND_DISPLAY
export LC_ALL=en_US.UTF-8 # Fyne complains of a locale without a language
LIBGL_ALWAYS_SOFTWARE=1 exec xvfb-run -a -s "-screen 0 1400x900x24 +extension GLX" "$@"
