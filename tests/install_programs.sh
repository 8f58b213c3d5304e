#!/usr/bin/env bash
# Programs that only the tests need: PostgreSQL, and Chromium with a Thai font.
set -eu
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
fc-list :lang=th 2>/dev/null | grep -q . || missing+=(fontconfig fonts-thai-tlwg)
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "The tests need these programs: ${missing[*]}. Please install them." >&2
    exit 1
fi
echo "→ Installing ${missing[*]}"
as_root=""
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
