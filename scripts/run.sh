#!/usr/bin/env bash
# Builds the engine and shows it at work: keys, encryption, encrypted inference, decryption, and the comparison with the
# plain network. Arguments go to `hear demo`, for example: scripts/run.sh --network 2d-128 --method hear
set -euo pipefail
cd "$(dirname "$0")/.."
# hwloc knows best how the machine is built; without it the program asks the system itself.
features=()
if pkg-config --exists 'hwloc >= 2' 2>/dev/null; then features=(--features hwloc); fi
cargo build --release --quiet --package hear-engine --bin hear "${features[@]}"
exec target/release/hear demo "$@"
