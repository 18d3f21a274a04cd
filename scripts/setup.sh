#!/usr/bin/env bash
# Installs what a fresh machine lacks to build and test: a C compiler (for crates that build C), hwloc with pkg-config (for
# the feature hwloc: how the machine is built), Chromium (in which tests look at reports) and cargo-nextest.
# Rust itself is expected (https://rustup.rs); everything else comes from Debian's packages and crates.io.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "setup: cargo is not installed; install Rust from https://rustup.rs and run this again" >&2
    exit 1
fi

# Debian's packages.
install() {
    echo "setup: installing $*" >&2
    local root=()
    if [ "$(id -u)" -ne 0 ]; then root=(sudo); fi
    "${root[@]}" apt-get update -q && "${root[@]}" apt-get install -y -q "$@"
}

if ! command -v cc >/dev/null; then install gcc libc6-dev; fi
if ! pkg-config --exists 'hwloc >= 2' 2>/dev/null; then install pkg-config libhwloc-dev; fi
# Tests find the browser under these names, too.
if [ -z "${CHROMIUM:-}" ] && ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then
    install --no-install-recommends chromium
fi

for component in rustfmt clippy; do
    if ! cargo "${component/rust/}" --version >/dev/null 2>&1; then
        rustup component add "$component"
    fi
done

if ! cargo nextest --version >/dev/null 2>&1; then
    echo "setup: installing cargo-nextest" >&2
    cargo install cargo-nextest --locked
fi
