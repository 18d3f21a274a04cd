#!/usr/bin/env bash
# Everything: formatting, lints, documentation, unit and property tests, and the command line end to end.
#
# Tests on the paper's published data run where the data are: in $HEAR_DATASET, else in ../shared/hear-dataset. Elsewhere
# they are skipped, and the last line says how many. Where the data are there, a skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "== formatting"
cargo fmt --all --check
# Training, hwloc and faults stand behind features: everything is checked with them, and the packages that have them
# without, too.
features=(--features hear-model/train,hear-scheduler/hwloc,hear-engine/hwloc,hear-bench/hwloc,hear-bench/fault-injection)
echo "== lints"
# With everything at once, public crates too: those are compiled for lints alone, to save minutes; CONTRIBUTING.md says how
# to test them.
cargo clippy --workspace --all-targets "${features[@]}",hear-bench/peers,hear-bench/slowed --quiet -- -D warnings
cargo clippy --package hear-model --package hear-scheduler --package hear-bench --all-targets --quiet -- -D warnings
echo "== scripts"
for script in scripts/*.sh; do bash -n "$script"; done
# Only comparisons with other libraries need Python.
if command -v python3 >/dev/null; then python3 scripts/peers.py --self-test; fi
echo "== documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps "${features[@]}" --quiet
echo "== release build"
cargo build --release --workspace --features hear-engine/hwloc,hear-bench/hwloc --quiet
echo "== tests"
# Output of passing tests is kept, because tests that lack the published data say so there.
cargo nextest run --workspace "${features[@]}" --no-fail-fast --success-output final --status-level slow --final-status-level slow 2>&1 | tee "$log"
cargo test --workspace --doc "${features[@]}" --quiet

skipped=$(grep -c 'SKIPPED (no dataset)' "$log" || true)
dataset=${HEAR_DATASET:-../shared/hear-dataset}
if [ -d "$dataset" ] && [ "$skipped" -gt 0 ]; then
    echo "test.sh: $skipped tests were skipped although the published data are in $dataset" >&2
    exit 1
fi
browser=$(grep -c 'SKIPPED (no Chromium)' "$log" || true)
if [ "$browser" -gt 0 ]; then
    echo "test.sh: $browser tests were skipped because no browser was found; scripts/setup.sh installs one" >&2
    exit 1
fi
echo "published data: $skipped tests skipped"
