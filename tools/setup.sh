#!/usr/bin/env bash
# Make .venv and install what `make lab`, `make demo` or `make test` uses, with the versions of constraints.txt.
# Does nothing when nothing changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  lab)  extras="[lessons]"                         programs=""                          libraries="" ;;
  demo) extras="[grading]"                         programs=""                          libraries="" ;;
  # Playwright drives Chromium with a program of its own, which needs libatomic.
  test) extras="[evaluation,ocean,llm,grading,hub,cluster,postgresql,test]"
        programs="chromium bwrap:bubblewrap pg_createcluster:postgresql node:nodejs npm" libraries="libatomic.so.1:libatomic1" ;;
  *) echo "usage: tools/setup.sh lab|demo|test" >&2; exit 2 ;;
esac

# --- Debian packages: installed where that is allowed, named where it is not ---------------------------------
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  else sudo -n "$@"; fi
}
install_debian() {
  echo "Installing Debian packages: $*"
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    echo "This needs the rights of the administrator. Please run:" >&2
    echo "    sudo apt-get install $*" >&2
    return 1
  fi
}

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null &&
     "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$candidate; break
  fi
done
[ -n "$python" ] || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." >&2; exit 1; }

missing=()
# Debian ships Python without the part that makes environments.
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
for program in $programs; do
  command -v "${program%%:*}" >/dev/null || missing+=("${program##*:}")
done
for library in $libraries; do
  /sbin/ldconfig -p 2>/dev/null | grep -q "${library%%:*}" || missing+=("${library##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then install_debian "${missing[@]}"; fi

# --- The Python environment ----------------------------------------------------------------------------------
stamp=".venv/.installed-${1}"
wanted=$(cat pyproject.toml constraints.txt tools/setup.sh | sha256sum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing the kit$extras into .venv (the first time takes a few minutes)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".$extras"
if [ "${1}" = test ]; then
  # The proxy in front of a hub. This version runs on the node of Debian 12, the next ones do not.
  npm install --silent --no-fund --no-audit --prefix .venv/lib configurable-http-proxy@5.0.1
fi
echo "$wanted" > "$stamp"
