//! What figures were made on: without it they say nothing.

use std::fs;
use std::process::Command;

use crate::command::root;

/// Machine, system, compiler, commit and date, in this order.
pub(crate) fn describe() -> Vec<(&'static str, String)> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let mut processor =
        field(&cpuinfo, "model name", ':').unwrap_or_else(|| said("uname", &["-m"]));
    if let (Some(family), Some(model)) =
        (field(&cpuinfo, "cpu family", ':'), field(&cpuinfo, "model", ':'))
    {
        processor = format!("{processor}, family {family} model {model}");
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let vectors = ["avx2", "avx512f"].into_iter().filter(|flag| {
        field(&cpuinfo, "flags", ':').is_some_and(|flags| flags.split(' ').any(|f| f == *flag))
    });
    let vectors: Vec<&str> = vectors.collect();
    let memory = field(&meminfo, "MemTotal", ':')
        .and_then(|kib| kib.trim_end_matches("kB").trim().parse::<f64>().ok())
        .map_or_else(|| "unknown".to_owned(), |kib| format!("{:.1} GiB", kib / 1_048_576.0));
    let system = field(&release, "PRETTY_NAME", '=').unwrap_or_else(|| said("uname", &["-s"]));
    vec![
        ("processor", format!("{processor}; {cores} cores; {}", vectors.join(" "))),
        ("memory", memory),
        ("system", format!("{}, kernel {}", system.trim_matches('"'), said("uname", &["-r"]))),
        ("compiler", said("rustc", &["--version"])),
        ("commit", commit()),
        ("date", said("date", &["-u", "+%Y-%m-%d"])),
    ]
}

/// How many programs wanted a core, on average over the last minute; `None` where nobody says.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The value of the first line that begins with `name` and `separator`.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(separator));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

fn commit() -> String {
    let commit = said("git", &["rev-parse", "--short", "HEAD"]);
    let changed = said("git", &["status", "--porcelain", "--untracked-files=no"]);
    match changed.as_str() {
        "" | "unknown" => commit,
        _ => format!("{commit} with changes"),
    }
}

/// What a program prints; `unknown` if it cannot be asked.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let output = output.ok().filter(|output| output.status.success());
    output.map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_system_s_files() {
        let cpuinfo =
            "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: A B\nflags: a avx2\n";
        assert_eq!(field(cpuinfo, "model name", ':').as_deref(), Some("A B"));
        assert_eq!(field(cpuinfo, "model", ':').as_deref(), Some("1"));
        assert_eq!(field("PRETTY_NAME=\"X 1\"", "PRETTY_NAME", '=').as_deref(), Some("\"X 1\""));
        assert_eq!(field(cpuinfo, "stepping", ':'), None);
    }
}
