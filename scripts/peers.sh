#!/usr/bin/env bash
# Times our kernels beside other libraries, all on one thread, one right after the other: OpenFHE and SEAL (through Python
# packages, in a virtual environment of their own), then `hear-bench kernels` with public crates in the same rounds. Prints
# one table.
#
#   scripts/peers.sh
#   scripts/peers.sh --out peers.json --json kernels.json --rounds 51
#   scripts/peers.sh --python /usr/bin/python3.10 --venv ~/peers-venv
#
# --out FILE     what the libraries took, for `hear-bench kernels --peers FILE` [default: target/peers.json]
# --json FILE    all times and ratios, as `hear-bench kernels --json` writes them
# --rounds N     how often everything is timed [default: 21]
# --venv DIR     the virtual environment, kept for the next time [default: target/peers-venv]
# --python EXE   the Python that it is made with [default: the first that OpenFHE has a package for]
#
# OpenFHE is compiled for Python 3.10 on Ubuntu 22.04 and for Python 3.12 on Ubuntu 24.04, and its packages do not say so:
# they install anywhere and then cannot be imported. So each Python is tried.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
out=$target/peers.json venv=$target/peers-venv rounds=21 python='' json=()
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        --out | --json | --rounds | --venv | --python) ;;
        *) echo "peers: unknown option $1; --help lists them" >&2; exit 2 ;;
    esac
    if [ $# -lt 2 ]; then echo "peers: $1 takes a value" >&2; exit 2; fi
    case $1 in
        --out) out=$2 ;;
        --json) json=(--json "$2") ;;
        --rounds) rounds=$2 ;;
        --venv) venv=$2 ;;
        --python) python=$2 ;;
    esac
    shift 2
done
case $rounds in '' | *[!0-9]* | 0*) echo "peers: --rounds takes a number from 1, not '$rounds'" >&2; exit 2 ;; esac

works() { "$venv/bin/python" -c 'import openfhe, tenseal' >/dev/null 2>&1; }

# Pythons to try, those first that OpenFHE is compiled for.
candidates() {
    if [ -n "$python" ]; then echo "$python"; return; fi
    local version
    for version in 3.10 3.12; do
        command -v "python$version" || true
        # pyenv's commands refuse versions that are not switched on.
        if command -v pyenv >/dev/null; then ls -d "$(pyenv root)/versions/$version".*/bin/python 2>/dev/null || true; fi
    done
    command -v python3 || true
}

if ! works; then
    mkdir -p "$(dirname "$venv")"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    tried=()
    while read -r candidate; do
        if ! version=$("$candidate" --version 2>/dev/null); then continue; fi
        tried+=("$version")
        echo "peers: installing OpenFHE and TenSEAL for $version into $venv" >&2
        if "$candidate" -m venv --clear "$venv" >"$log" 2>&1 \
            && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check openfhe tenseal >>"$log" 2>&1 \
            && works; then break; fi
        "$venv/bin/python" -c 'import openfhe, tenseal' >>"$log" 2>&1 || true
    done < <(candidates)
    if ! works; then
        echo "peers: ${tried[*]:-no Python} cannot import OpenFHE and TenSEAL ($(tail -n 1 "$log")); install Python 3.10 (uv python install 3.10, or pyenv) and name it with --python" >&2
        exit 1
    fi
fi

# Some crates use the instructions that they are compiled for, and no others.
export RUSTFLAGS="${RUSTFLAGS:-} -C target-cpu=native"
cargo build --release --quiet --manifest-path "$root/Cargo.toml" --package hear-bench --features peers
export OMP_NUM_THREADS=1
"$venv/bin/python" "$root/scripts/peers.py" --rounds "$rounds" --out "$out"
"$target/release/hear-bench" kernels --peers "$out" --rounds "$rounds" "${json[@]}"
