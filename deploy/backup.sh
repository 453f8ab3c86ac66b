#!/usr/bin/env bash
# Copy a hub into one file: settings, state, attempts, courses, gradebooks and people's folders.
# The hub may go on meanwhile: databases are copied by SQLite itself, everything else appears whole or not at all.
set -euo pipefail
umask 077

[ "$#" = 2 ] || { echo "usage: backup.sh HUB-FOLDER TARGET-FOLDER" >&2; exit 2; }
hub=$(realpath "$1"); target=$(realpath "$2")
[ -f "$hub/hub.yaml" ] || { echo "$hub is no hub" >&2; exit 1; }
python=${PYTHON:-$(dirname "$(realpath "$0")")/../.venv/bin/python}

work=$(mktemp -d "$target/.bitacora-XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir "$work/hub" "$work/homes"
# Sockets are made anew, and logs and half-received attempts are nobody's.
tar -C "$hub" --exclude='*.sock' --exclude='*.pid' --exclude='./log' --exclude='./run' --exclude='./public' \
    --exclude='.incoming-*' --exclude='*.db' --exclude='*.db-wal' --exclude='*.db-shm' --exclude='*.sqlite*' \
    --warning=no-file-changed --warning=no-file-removed -cf - . | tar -C "$work/hub" -xpf -
(cd "$hub" && find . -name '*.db' -o -name '*.sqlite') | while read -r database; do
  "$python" - "$hub/$database" "$work/hub/$database" <<'PYTHON'
import os, sqlite3, sys
source, target = sys.argv[1:]
with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as old, sqlite3.connect(target) as new:
    old.backup(new)
state = os.stat(source)
os.chown(target, state.st_uid, state.st_gid)
os.chmod(target, state.st_mode & 0o777)
PYTHON
done

# Names and numbers of accounts differ between machines: each home is kept by the person's id.
tail -n +2 "$hub/roster.csv" | cut -d, -f1 | grep -v '^#' | while read -r id; do
  home=$(getent passwd "$id" | cut -d: -f6)
  if [ -n "$home" ] && [ -d "$home/bitacora" ]; then
    mkdir "$work/homes/$id"
    tar -C "$home" --warning=no-file-changed --warning=no-file-removed -cf - bitacora | tar -C "$work/homes/$id" -xpf -
  fi
done

file="$target/bitacora-$(date -u +%Y%m%dT%H%M%SZ).tar.gz"
tar -C "$work" -czf "$file.part" hub homes
mv "$file.part" "$file"
echo "$file"
