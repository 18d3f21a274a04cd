#!/usr/bin/env bash
# Whether hear-bench compare can be trusted: a program is compared with itself, over and over, and with a build of itself
# whose inferences take a tenth longer on purpose.
#
#   scripts/comparison-trials.sh DIR [SAME [SLOWED]]
#
# SAME comparisons with itself (40) and SLOWED with the slowed build (20) take 20 to 25 minutes on two cores. All records,
# comparisons and a table (trials.csv) are kept in DIR, which must not be there yet. Ends with exit code 1 if the same
# program was called different more than once in 40 tries, or a tenth was found in fewer than 19 of 20.
#
# ROUNDS, SAMPLES, NETWORK and METHOD in the environment change what each trial measures. Leave the machine alone meanwhile:
# noise does not make false alarms, but it hides a tenth.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=${1:?usage: scripts/comparison-trials.sh DIR [SAME [SLOWED]]}
same=${2:-40}
slowed=${3:-20}
rounds=${ROUNDS:-16}
samples=${SAMPLES:-4}
network=${NETWORK:-2d-64}
method=${METHOD:-lean-hear}

mkdir "$directory"
directory=$(cd "$directory" && pwd)
programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
built() { # FEATURES NAME
    cargo build --release --package hear-bench --features "$1" --quiet
    cp "$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/hear-bench" "$programs/$2"
}
built slowed slowed
built "" normal # last, so that what is left in the target directory is no program for tests

# One comparison; prints whether inference, and whether anything, was called different.
trial() { # NAME A B
    local kept="$directory/$1"
    mkdir "$kept"
    (cd "$programs" && ./normal compare --programs "$2" "$3" --network "$network" --method "$method" \
        --rounds "$rounds" --samples "$samples" --records "$kept" --json "$kept/comparison.json" >"$kept/comparison.txt")
    # The file has a field a line; those of the first quantity are inference's.
    local values
    values=$(awk -F'[:,]' '
        /"quantity": "infer"/ { inside = 1 }
        inside && /"(ratio|low|high|verdict)"/ { gsub(/[ "]/, "", $2); line = line $2 ","; if (/verdict/) inside = 0 }
        /^  "(slower|faster)"/ { different += $2 }
        END { print line (different > 0 ? "yes" : "no") }' "$kept/comparison.json")
    echo "$1,$values" | tee -a "$directory/trials.csv"
}

echo "trial,ratio,low,high,infer,anything" | tee "$directory/trials.csv"
for ((i = 1; i <= same; i++)); do
    trial "same-$(printf %02d "$i")" normal normal
done
for ((i = 1; i <= slowed; i++)); do
    trial "slowed-$(printf %02d "$i")" normal slowed
done

alarms=$(grep -c '^same-.*,yes$' "$directory/trials.csv" || true)
found=$(grep -c '^slowed-.*,slower,yes$' "$directory/trials.csv" || true)
{
    echo "The same program was called different in $alarms of $same tries (at most 1 in 40 is accepted)."
    echo "A tenth was found in $found of $slowed tries (at least 19 of 20 are asked for)."
} | tee "$directory/summary.txt"
((alarms * 40 <= (same > 40 ? same : 40) && found * 20 >= slowed * 19))
