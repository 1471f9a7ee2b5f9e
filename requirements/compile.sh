#!/bin/sh
# Compile pyproject.toml into hash-pinned files. Addresses are left out on purpose: a lock file
# names what is installed, the installer's own configuration says from where.
set -eu
cd "$(dirname "$0")/.."
compile() {
  output=$1
  shift
  "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate \
    --custom-compile-command "make requirements" \
    pyproject.toml -o "$output" "$@"
}
compile requirements/base.txt
compile requirements/sandbox.txt --extra sandbox
compile requirements/embedded.txt --extra embedded
compile requirements/dev.txt --extra dev
