#!/bin/sh
# Runs tests/keyring_real.rs against a real gnome-keyring, on buses and in a home of its own.
# Needs: dbus dbus-daemon gnome-keyring libsecret-tools minisign (Debian's names).
#
#   tests/keyring.sh              runs them with cargo test
#   tests/keyring.sh RUNNER...    runs them with another command, to which a test's name is added
set -eu
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
    set -- cargo test --test keyring_real -- --ignored --test-threads=1
    cargo test --test keyring_real --no-run
fi

# A fresh home, made before any bus: what a bus starts inherits its environment.
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL \
    XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME || true

home() {
    export HOME="$base/$1" XDG_RUNTIME_DIR="$base/$1/run"
    mkdir -p "$XDG_RUNTIME_DIR"
    chmod 700 "$XDG_RUNTIME_DIR"
}

echo "== open keyring"
home one
dbus-run-session -- sh -euc '
    printf %s ci-pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    # The daemon ends well on a wrong password too: prove that it is open.
    printf x | secret-tool store --label=probe app probe
    test "$(secret-tool lookup app probe)" = x
    printf kept | secret-tool store --label=kept service dev.tallyman username kept-before
    "$@" open_
' sh "$@"

echo "== locked keyring"
dbus-run-session -- sh -euc '
    gnome-keyring-daemon --start --components=secrets >/dev/null
    "$@" locked_
' sh "$@"

echo "== empty keyring"
home two
dbus-run-session -- sh -euc '
    gnome-keyring-daemon --start --components=secrets >/dev/null
    "$@" empty_
' sh "$@"

echo "== bus without a keyring"
home three
cat >"$base/bus.conf" <<'CONF'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
CONF
dbus-run-session --config-file="$base/bus.conf" -- "$@" lone_

echo "== no bus"
DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent "$@" busless_
