#!/usr/bin/env bash
# Builds the engine and shows it at work: keys, encryption, encrypted inference, decryption, and the comparison with the
# plain network. Arguments go to `hear demo`, for example: scripts/run.sh --network 2d-128 --method hear
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet --package hear-engine --bin hear
exec target/release/hear demo "$@"
