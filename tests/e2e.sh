#!/usr/bin/env bash
# The real window on the demo service, driven through the accessibility bus as a person would, at two
# screen sizes. Usage: tests/e2e.sh BINARY FOLDER-FOR-SCREENSHOTS
set -euo pipefail

if [[ ${1:-} == --inside ]]; then
  # In one X session and one bus session: a window manager, the accessibility bus, the driver.
  shift
  openbox >/dev/null 2>&1 &
  gdbus call --session --dest org.a11y.Bus --object-path /org/a11y/bus \
    --method org.freedesktop.DBus.Properties.Set org.a11y.Status IsEnabled '<true>' >/dev/null
  exec /usr/bin/python3 "$(dirname "$0")/e2e.py" "$@"
fi

binary=$(realpath "$1")
artefacts=$2
mkdir -p "$artefacts"
artefacts=$(realpath "$artefacts")
script=$(realpath "$0")

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
unset WAYLAND_DISPLAY XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME TALLYMAN_DATA_DIR
export LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=0

for size in 1280x800 1920x1080; do
  export HOME=$fresh/$size XDG_RUNTIME_DIR=$fresh/$size/run
  mkdir -p "$HOME"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  echo "window at $size"
  timeout --kill-after=10 400 \
    xvfb-run -a -s "-screen 0 ${size}x24 -noreset" \
    dbus-run-session -- bash "$script" --inside "$binary" "$artefacts" "$size"
done
