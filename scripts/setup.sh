#!/usr/bin/env bash
# Installs what a fresh machine lacks to build and test: a C compiler (for crates that build C) and cargo-nextest.
# Rust itself is expected (https://rustup.rs); everything else comes from Debian's packages and crates.io.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "setup: cargo is not installed; install Rust from https://rustup.rs and run this again" >&2
    exit 1
fi

if ! command -v cc >/dev/null; then
    echo "setup: installing a C compiler" >&2
    if [ "$(id -u)" -eq 0 ]; then apt-get update -q && apt-get install -y -q gcc libc6-dev
    else sudo apt-get update -q && sudo apt-get install -y -q gcc libc6-dev; fi
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
