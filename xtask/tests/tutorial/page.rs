//! Reading the page.

/// What the page says to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Give a file this text.
    File { path: String, text: String },
    /// Run a command, which prints what is shown, if anything is.
    Command { line: String, shown: String },
}

/// The steps of a page, in order. A `console` block holds commands, each after `$ `, and what they print;
/// any other block is a file, named by the line `` `path`: `` above it.
pub(crate) fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut caption = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks < 3 {
            caption = if line.trim().is_empty() { caption } else { line };
            continue;
        }
        let (fence, kind) = line.split_at(ticks);
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        if kind == "console" {
            steps.extend(commands(&block));
        } else {
            let path = caption.strip_prefix('`').and_then(|path| path.strip_suffix("`:"));
            let path = path.unwrap_or_else(|| panic!("a block `{kind}` stands below `{caption}`"));
            let text = block.join("\n") + "\n";
            steps.push(Step::File { path: path.to_owned(), text });
        }
        caption = "";
    }
    steps
}

fn commands(block: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step::Command { line: command.to_owned(), shown: String::new() });
            }
            (None, Some(Step::Command { shown, .. })) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, _) => panic!("`{line}` stands before any command"),
        }
    }
    steps
}

/// Whether what is shown is what was printed; numbers to nine digits, since the last ones can differ
/// from machine to machine.
pub(crate) fn agrees(shown: &str, printed: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split_inclusive([',', ' ', '\n']).map(str::to_owned).collect()
    };
    let (shown, printed) = (words(shown), words(printed));
    let number = |word: &str| word.trim_end_matches([',', ' ', '\n']).parse::<f64>().ok();
    let equal = |(a, b): (&String, &String)| match (number(a), number(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        _ => a == b,
    };
    shown.len() == printed.len() && shown.iter().zip(&printed).all(equal)
}

#[test]
fn a_page_is_read_in_order() {
    let page = "# Title\n\n```console\n$ a b\nout\n\n$ c\n```\n\n`x/y.md`:\n\n````markdown\n```sh\nz\n```\n````\n";
    let command =
        |line: &str, shown: &str| Step::Command { line: line.into(), shown: shown.into() };
    let file = Step::File { path: "x/y.md".into(), text: "```sh\nz\n```\n".into() };
    assert_eq!(steps(page), [command("a b", "out\n\n"), command("c", ""), file]);
}

#[test]
fn output_agrees_but_for_the_last_digits() {
    assert!(agrees("t,0.1,x\n", "t,0.10000000000000002,x\n"));
    assert!(!agrees("t,0.1,x\n", "t,0.11,x\n"));
    assert!(!agrees("t,0.1\n", "t,0.1\nu\n"));
    assert!(!agrees("t,\n", "t,0.1\n"));
}
