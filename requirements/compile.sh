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
# The largest set first: the smaller ones take its versions, so that one environment can grow into
# another, and the tests run what production installs.
compile requirements/dev.txt --extra dev
same="--constraint requirements/dev.txt"
compile requirements/base.txt $same
compile requirements/sandbox.txt --extra sandbox $same
compile requirements/embedded.txt --extra embedded $same
