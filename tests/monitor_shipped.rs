//! What is shipped beside `monitor`: alert rules, the dashboard, and the walk with Alertmanager.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::program::{bounded_by, workspace};

fn page(path: &str) -> String {
    std::fs::read_to_string(workspace().join("docs").join(path)).unwrap()
}

/// Words of `text` that name a figure of the monitor.
fn figures(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    words.filter(|word| word.starts_with("runner_monitor_")).map(str::to_owned).collect()
}

fn dashboard() -> Value {
    serde_json::from_str(&page("monitoring/grafana-dashboard.json")).unwrap()
}

/// What the panels ask for, with a journal in place of the variable.
fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().replace("$journal", ".*")).collect()
}

#[test]
fn rules_and_dashboard_name_figures_that_the_monitor_gives() {
    let folder = workspace().join("bins/runner/src/monitor");
    let given: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|file| figures(&std::fs::read_to_string(file.unwrap().path()).unwrap()))
        .collect();
    let asked =
        figures(&(page("monitoring/alert-rules.yml") + &expressions(&dashboard()).join("\n")));
    assert!(asked.len() > 15, "{asked:?}");
    assert_eq!(asked.difference(&given).collect::<Vec<_>>(), [] as [&String; 0]);
}

/// Both are `PromQL` that Prometheus reads.
#[test]
fn promtool_reads_the_rules_and_the_dashboards_expressions() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("dashboard.yml");
    let rule = |(k, expression): (usize, String)| {
        format!(
            "      - record: panel:{k}\n        expr: {}\n",
            serde_json::to_string(&expression).unwrap()
        )
    };
    let all: String = expressions(&dashboard()).into_iter().enumerate().map(rule).collect();
    std::fs::write(&rules, format!("groups:\n  - name: dashboard\n    rules:\n{all}")).unwrap();
    for file in [workspace().join("docs/monitoring/alert-rules.yml"), rules] {
        let checked = Command::new("promtool").args(["check", "rules"]).arg(&file).output();
        let Ok(checked) = checked else { return eprintln!("skipped: there is no promtool") };
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{}: {said}", file.display());
    }
}

/// The fields that Grafana's dashboards of this schema have, of the kinds that they have there.
#[test]
fn the_dashboard_is_one_of_its_schema() {
    let dashboard = dashboard();
    assert_eq!(dashboard["schemaVersion"], 39);
    for text in ["title", "uid", "timezone"] {
        assert!(dashboard[text].is_string(), "{text}");
    }
    assert!(dashboard["uid"].as_str().unwrap().len() <= 40);
    for list in ["panels", "tags", "links"] {
        assert!(dashboard[list].is_array(), "{list}");
    }
    assert!(
        dashboard["templating"]["list"].is_array() && dashboard["annotations"]["list"].is_array()
    );
    assert!(dashboard["time"]["from"].is_string() && dashboard["time"]["to"].is_string());
    let variables: Vec<&str> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| {
            assert!(["datasource", "query"].contains(&variable["type"].as_str().unwrap()));
            variable["name"].as_str().unwrap()
        })
        .collect();
    assert_eq!(variables, ["datasource", "journal"]);
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "an id twice: {}", panel["title"]);
        assert_eq!(panel["type"], "timeseries");
        assert!(panel["fieldConfig"]["defaults"].is_object() && panel["options"].is_object());
        assert!(panel["fieldConfig"]["overrides"].is_array());
        let of = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(of("x") + of("w") <= 24, "{} is wider than the page", panel["title"]);
        for x in of("x")..of("x") + of("w") {
            for y in of("y")..of("y") + of("h") {
                assert!(cells.insert((x, y)), "{} lies over another", panel["title"]);
            }
        }
        let mut names = BTreeSet::new();
        for target in panel["targets"].as_array().unwrap() {
            assert!(names.insert(target["refId"].as_str().unwrap()));
            assert_eq!(target["datasource"]["uid"], "${datasource}");
            assert_eq!(target["datasource"]["type"], "prometheus");
        }
        assert!(!names.is_empty(), "{} asks for nothing", panel["title"]);
    }
}

/// Grafana's own types, which it generates from its schema, read it and write it again without a loss.
#[test]
fn the_dashboard_fits_grafanas_types() {
    let folder = workspace().join("docs/monitoring");
    let python =
        |arguments: &[&str]| Command::new("python3").args(arguments).current_dir(&folder).output();
    let there = python(&["-c", "import grafana_foundation_sdk"]);
    if !there.is_ok_and(|there| there.status.success()) {
        return eprintln!("skipped: there is no grafana-foundation-sdk");
    }
    let checked = python(&["check_dashboard.py", "grafana-dashboard.json"]).unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && said.contains("panels fit the schema"), "{said}");
}

/// The walk of `docs/monitoring.md`, word for word but for the port.
#[test]
fn the_walk_with_alertmanager_works() {
    for program in ["prometheus-alertmanager", "jq", "curl"] {
        if Command::new(program).arg("--version").output().is_err() {
            return eprintln!("skipped: there is no {program}");
        }
    }
    let page = page("monitoring.md");
    let (_, section) = page.split_once("## With Prometheus and Alertmanager").unwrap();
    let block = |of: &str| {
        let (_, text) = section.split_once(&format!("```{of}\n")).unwrap();
        text.split_once("```").unwrap().0.to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("alertmanager.yml"), block("yaml")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_runner"), at.join("runner")).unwrap();
    let path = format!("{}:{}", at.display(), std::env::var("PATH").unwrap());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let walk = block("sh").replace("9093", &port.to_string());
    let script = format!("set -e\n{walk}kill $(jobs -p)\n");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).env("PATH", path).current_dir(at);
    let ran = bounded_by(&mut command, Duration::from_mins(3));
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let line = ran.out.lines().find(|line| line.starts_with("[{")).unwrap_or_default();
    let held: Value = serde_json::from_str(line).unwrap();
    let sent: Value =
        serde_json::from_str(&std::fs::read_to_string(at.join("alerts.json")).unwrap()).unwrap();
    let named = |alerts: &Value| -> BTreeSet<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of = |alert: &Value| (text(&alert["labels"]["alertname"]), text(&alert["fingerprint"]));
        alerts.as_array().unwrap().iter().map(of).collect()
    };
    // Alertmanager gives them the fingerprints that we gave them.
    assert_eq!(named(&held), named(&sent["alerts"]));
    assert!(named(&held).iter().any(|(name, _)| name == "RowsStale"));
}
