#!/bin/sh
# Drives `BINARY demo-service` with the official clients of the real services, at pinned versions.
# Usage: tests/clients/run.sh BINARY [FOLDER]   (FOLDER keeps the installed clients for the next run)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
binary=$1
# The keys of every demo service; they open nothing else.
public_key=de305f0c9a2e7b14d683
secret_key=demo5ec2e7a91f4c06b8
imagekit_key=private_demo7Qf2xLr0WmTz8KcVb3Ns=

temporary=$(mktemp -d)
folder=${2:-$temporary}
service=
stop() {
    [ -z "$service" ] || kill "$service" 2>/dev/null || true
    rm -rf "$temporary"
}
trap stop EXIT
trap 'exit 1' INT TERM

if [ ! -x "$folder/venv/bin/python" ]; then
    python3 -m venv "$folder/venv"
fi
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pyuploadcare==6.3.0 imagekitio==5.11.0
npm install --silent --no-audit --no-fund --prefix "$folder/npm" \
    @uploadcare/rest-client@6.21.0 @imagekit/nodejs@7.11.0

# Each client starts from a project that nobody has touched.
serve() {
    : >"$temporary/out"
    "$binary" demo-service --port 0 --files 500 >"$temporary/out" &
    service=$!
    base=
    tries=0
    while [ -z "$base" ]; do
        base=$(sed -n '1s|.*\(http://[0-9.:]*\).*|\1|p' "$temporary/out")
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ] || ! kill -0 "$service" 2>/dev/null; then
            echo "the demo service did not print its address" >&2
            exit 1
        fi
        [ -n "$base" ] || sleep 0.1
    done
}

end() {
    kill "$service"
    wait "$service" 2>/dev/null || true
    service=
}

serve
"$folder/venv/bin/python" "$here/pyuploadcare_drive.py" "$base" "$public_key" "$secret_key"
end
serve
(cd "$folder/npm" && node "$here/rest_client_drive.mjs" "$base" "$public_key" "$secret_key")
end
serve
"$folder/venv/bin/python" "$here/imagekitio_drive.py" "$base/imagekit" "$imagekit_key"
end
serve
(cd "$folder/npm" && node "$here/imagekit_nodejs_drive.mjs" "$base/imagekit" "$imagekit_key")
end
