//! The man pages and completions that the commands print, tried with the programs that read them.

use crate::harness::{Dir, as_gzip, command, run, shell, terminal};
use std::process::Command;

const COMMANDS: [&str; 6] = ["echoback", "pgz", "parallel-gz", "wc-race", "wordcount", "lockdemo"];

/// What the command prints.
fn generated(name: &str, what: &str) -> String {
    let ran = run(&mut command(name, &format!("--generate {what}")), b"");
    ran.assert_fine();
    ran.text().to_owned()
}

/// Whether the program is there. If it is not, the test skips itself.
fn is_installed(program: &str) -> bool {
    let found = run(&mut shell(&format!("command -v {program}")), b"").code == Some(0);
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// A directory with the completions of the commands for a shell.
fn completions(shell: &str) -> Dir {
    let dir = Dir::new();
    for name in ["pgz", "wc-race"] {
        dir.write(format!("{name}.{shell}"), generated(name, shell).as_bytes());
    }
    dir
}

#[test]
fn a_man_page_names_every_option_of_the_help() {
    for name in COMMANDS {
        let page = generated(name, "man").replace("\\-", "-");
        assert!(page.contains(&format!(".TH {} 1 ", name.to_uppercase())), "{name}: {page}");
        assert!(page.contains(&format!("\n{name} - ")), "{name}: {page}");
        let help = run(&mut command(name, "--help"), b"");
        let lines = help.text().lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let options = lines.filter_map(|line| {
            let option = line.split_whitespace().find(|word| word.starts_with("--"))?;
            Some(option.trim_end_matches([',', '.']).split('[').next().unwrap_or_default())
        });
        let options: Vec<_> = options.collect();
        assert!(options.contains(&"--generate") && options.len() > 4, "{name}: {options:?}");
        for option in options {
            assert!(page.contains(option), "{name}: {option}");
        }
        for section in ["OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"] {
            assert!(page.contains(&format!("\n.SH {section}\n")), "{name}: {section}");
        }
    }
    let page = generated("wc-race", "man").replace("\\-", "-");
    for step in ["MERGE", "MAP", "COMBINE", "REDUCE"] {
        assert!(page.contains(&format!("\n.SH \"WC-RACE {step}\"\n")), "{step}");
    }
}

#[test]
fn man_pages_render_without_a_warning() {
    let dir = Dir::new();
    for name in COMMANDS {
        dir.write(format!("{name}.1"), generated(name, "man").as_bytes());
    }
    // Of each: how it is asked, and what it prints then.
    for (program, asked) in [
        ("man", "man --warnings -l $page >shown; test -s shown"),
        ("mandoc", "mandoc -T lint -W warning $page"),
    ] {
        if is_installed(program) {
            let script = format!("for page in *.1; do {asked} || exit; done");
            run(&mut dir.shell(&script), b"").silent();
        }
    }
}

#[test]
fn generating_is_not_for_gzip_and_goes_with_nothing_else() {
    let ran = run(&mut as_gzip("gzip --generate man"), b"");
    ran.says(
        1,
        "gzip: unrecognized option '--generate'\nTry `gzip --help' for more information.\n",
    );
    let help = run(&mut as_gzip("gzip --help"), b"");
    assert!(!help.text().contains("--generate"));
    let ran = run(&mut command("pgz", "--generate man file"), b"");
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{}", ran.err);
    let ran = run(&mut command("pgz", "--generate csh"), b"");
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{}", ran.err);
    assert!(!run(&mut command("pgz", "-h"), b"").text().contains("--generate"));
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        for name in COMMANDS {
            let text = generated(name, shell);
            assert!(text.contains(name) && text.contains("version"), "{name} {shell}: {text}");
        }
    }
}

/// What is typed, and the arguments that it becomes.
const COMPLETIONS: [(&str, &str); 4] = [
    ("pgz --th\t", "<--threads>"),
    ("pgz --sparse al\t", "<--sparse><always>"),
    ("wc-race --per-f\t", "<--per-file>"),
    ("wc-race mer\t", "<merge>"),
];

/// Types into an interactive shell, in which the commands only print their arguments.
fn complete_in(shell: &str, options: &[&str], setup: &str) {
    if !is_installed(shell) {
        return;
    }
    let dir = completions(shell);
    let mut command = Command::new(shell);
    command.args(options).current_dir(dir.root()).env("HOME", dir.root()).env("TERM", "xterm");
    let mut terminal = terminal(command);
    // An interactive shell ignores the signal that ends it first.
    terminal.process_mut().set_kill_timeout(Some(100));
    let show = "show() { printf '<%s>' \"$@\"; echo; }; pgz() { show \"$@\"; }; wc-race() { show \"$@\"; }";
    for line in [setup, &format!(". ./pgz.{shell}; . ./wc-race.{shell}"), show, "echo re''ady"] {
        terminal.send_line(line).unwrap();
    }
    terminal.exp_string("ready\r\n").unwrap();
    for (typed, expected) in COMPLETIONS {
        terminal.send_line(typed).unwrap();
        terminal.exp_string(expected).unwrap_or_else(|error| panic!("{typed:?}: {error}"));
    }
}

#[test]
fn bash_completes_options_values_and_commands() {
    complete_in("bash", &["--norc", "--noprofile", "-i"], ":");
}

#[test]
fn zsh_completes_options_values_and_commands() {
    complete_in("zsh", &["-f", "-i"], "autoload -Uz compinit; compinit -D -u");
}

#[test]
fn fish_completes_options_values_and_commands() {
    if !is_installed("fish") {
        return;
    }
    let dir = completions("fish");
    for (typed, expected) in COMPLETIONS {
        let script =
            format!("source pgz.fish; source wc-race.fish; complete -C '{}'", typed.trim());
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", &script]).current_dir(dir.root()).env("HOME", dir.root());
        let ran = run(&mut fish, b"");
        ran.assert_fine();
        let expected = expected.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
        assert!(
            ran.text().lines().any(|line| line.split('\t').next() == Some(expected)),
            "{ran:?}"
        );
    }
}
