//! The command line of `hear-bench kernels`.

mod common;

use std::fs;

use common::{bench, refused, text};
use hear_bench::kernels::comparison::KernelsRecord;

const PEERS: &str = r#"[
    {"library": "L", "version": "7", "operation": "rotation", "limbs": 4, "parameters": "p", "samples_us": [1e6, 2e6, 3e6]},
    {"library": "L", "version": "7", "operation": "ntt-inverse", "limbs": 1, "reason": "it is hidden"}
]"#;

#[test]
fn times_of_libraries_stand_beside_ours_on_every_instruction_set_in_table_and_record() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("peers.json"), PEERS).unwrap();
    let output = bench(directory.path(), "kernels --rounds 1 --peers peers.json --json kernels.json");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let table = text(&output.stdout);
    assert!(table.contains("\n\nL 7 has no NTT, inverse, a limb: it is hidden\n"), "{table}");
    let record: KernelsRecord =
        serde_json::from_str(&fs::read_to_string(directory.path().join("kernels.json")).unwrap()).unwrap();
    let library = record.kernels.iter().find(|kernel| kernel.implementation == "L").unwrap();
    assert_eq!((&*library.name, &*library.version, library.call_us.median), ("rotation, 4 limbs", "7", 2e6));
    // Nothing takes two seconds but what the file says.
    assert!(library.ratio.unwrap() > 10.0 && library.verified);
    let row = table.lines().find(|line| line.starts_with("  L 7 ")).unwrap();
    assert!(row.contains("2000000.00") && row.contains(&format!("{:.2}", library.ratio.unwrap())), "{row}");
    assert!(record.kernels.iter().any(|kernel| kernel.implementation == "HEAR" && kernel.ratio == Some(1.0)));
    let groups: Vec<_> = table.split("\n\n").collect();
    for name in ["NTT, forward", "NTT, inverse", "key product", "multiply-accumulate", "key switch, 7", "rotation, 13"]
    {
        let group = groups.iter().find(|group| group.starts_with(name)).unwrap();
        for isa in hear_kernels::simd::Isa::all() {
            assert!(
                group.lines().any(|line| line.starts_with("  HEAR ") && line.contains(isa.name())),
                "{isa}: {group}"
            );
        }
    }
    assert_eq!(record.missing[0].reason, "it is hidden");
}

#[test]
fn kernels_refuses_files_that_are_no_times_of_libraries_and_unknown_arguments() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("peers.json"), "{}").unwrap();
    let peers = |file: &str| bench(directory.path(), &format!("kernels --rounds 1 --peers {file}"));
    refused(&peers("peers.json"), 1, &["peers.json holds no times of libraries", "scripts/peers.sh"]);
    refused(&peers("none.json"), 1, &["cannot read none.json", "scripts/peers.sh makes such a file"]);
    refused(&bench(directory.path(), "kernels --peer peers.json"), 2, &["--peer"]);
    refused(&bench(directory.path(), "kernels --isa avx1024"), 2, &["avx1024", "scalar, avx2 or avx512"]);
}
