#!/usr/bin/env bash
# Bring a hub back from what backup.sh made. The hub must not run. What is there is moved aside, not deleted.
set -euo pipefail
umask 022

[ "$#" = 2 ] || { echo "usage: restore.sh FILE HUB-FOLDER" >&2; exit 2; }
file=$(realpath "$1"); hub=$(realpath -m "$2")
# Whoever owned the exchange was the account of the hub's services.
account=$(tar --list --verbose -zf "$file" hub/inbox | awk 'NR == 1 { split($2, who, "/"); print who[1] }')

# The numbers of accounts may be others here; their names are the same.
for id in "$account" $(tar -xzOf "$file" hub/roster.csv | tail -n +2 | cut -d, -f1 | grep -v '^#'); do
  if ! getent passwd "$id" >/dev/null; then
    if [ "$id" = "$account" ]; then
      useradd --system --user-group --no-create-home --shell /usr/sbin/nologin "$id"
    else
      useradd --user-group --create-home --shell /bin/bash "$id"
      chmod 700 "$(getent passwd "$id" | cut -d: -f6)"
    fi
  fi
done

[ ! -e "$hub" ] || mv "$hub" "$hub.before-$(date -u +%Y%m%dT%H%M%SZ)"
work=$(mktemp -d "$(dirname "$hub")/.bitacora-XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xzpf "$file"
chown -R root:root "$work/hub"
chown -R "$account:" "$work/hub/courses" "$work/hub/inbox"
chmod 755 "$work/hub"
mv "$work/hub" "$hub"

for folder in "$work"/homes/*/; do
  [ -d "$folder" ] || continue
  id=$(basename "$folder")
  home=$(getent passwd "$id" | cut -d: -f6)
  [ ! -e "$home/bitacora" ] || mv "$home/bitacora" "$home/bitacora.before-$(date -u +%Y%m%dT%H%M%SZ)"
  chown -R "$id:" "$folder/bitacora"
  mv "$folder/bitacora" "$home/bitacora"
done
echo "restored $hub; now start it"
