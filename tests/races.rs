//! Runs the commands of `docs/races.md`: the tools still find what the page says.

use std::path::Path;
use std::process::{Command, Output};

fn rustc(source: &str, directory: &Path) -> Output {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/races").join(source);
    let mut command = Command::new(compiler);
    command.args(["-g", "--edition", "2024"]).arg(source).current_dir(directory);
    command.output().unwrap()
}

fn data_race(directory: &Path) -> Command {
    let built = rustc("data_race.rs", directory);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Command::new(directory.join("data_race"))
}

#[test]
fn the_compiler_refuses_listing_3_05() {
    let directory = tempfile::tempdir().unwrap();
    let refused = rustc("listing_3_05.rs", directory.path());
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("error[E0499]: cannot borrow `words` as mutable more than once"),
        "{said}"
    );
}

#[test]
fn the_data_race_runs_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let ran = data_race(directory.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(said.starts_with("Lost ") && said.ends_with(" of 200000 updates.\n"), "{said}");
}

#[test]
fn helgrind_finds_the_data_race() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: there is no valgrind");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    data_race(directory.path());
    let mut helgrind = Command::new("valgrind");
    helgrind.args(["--tool=helgrind", "--error-exitcode=1", "./data_race", "1000"]);
    let ran = helgrind.current_dir(directory.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("Possible data race during read of size 8"), "{said}");
    assert!(said.contains("data_race::add_one (data_race.rs:"), "{said}");
}
