//! What the pages say of the code is so.

use std::process::Command;

use crate::{files, none, root};

#[test]
fn the_program_in_the_readme_is_the_example() {
    let program = fenced(&text("README.md"), "rust");
    let example = text("examples/readme.rs");
    let (opening, code) = example.split_once("\n\n").expect("an opening sentence");
    assert!(opening.starts_with("//! "));
    assert_eq!(program, [code]);
}

#[test]
fn the_essay_on_dependencies_names_those_there_are() {
    let essay = text("config-sdk/src/docs/dependencies.md");
    let rows = essay.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<_> = rows.filter_map(|row| row.split('`').next()).collect();
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "config-sdk", "-e", "normal", "--depth", "1"])
        .args(["--prefix", "none", "--format", "{lib}", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let mut there: Vec<_> = tree.lines().skip(1).map(|name| name.replace('_', "-")).collect();
    there.sort();
    let mut named: Vec<_> = named.into_iter().map(|name| name.replace('_', "-")).collect();
    named.sort();
    assert!(!there.is_empty(), "{output:?}");
    assert_eq!(named, there);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = files("")
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|extension| extension == "md"));
    let mut broken = Vec::new();
    for (page, text) in pages {
        let folder = root().join(&page);
        let folder = folder.parent().expect("a folder");
        for link in links(&text) {
            if !folder.join(link).exists() {
                broken.push(format!("{}: nothing is at {link}", page.display()));
            }
        }
    }
    none(&broken);
}

/// The targets of relative links, without what follows `#`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.contains("::") && !target.contains(':') && !target.is_empty())
}

/// The blocks of code in `language`.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.strip_prefix(language));
    blocks.filter_map(|block| block.strip_prefix('\n')).map(str::to_owned).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

#[test]
fn code_and_links_are_found_in_a_page() {
    let page = "a\n```rust\nfn x() {}\n```\nb [c](d/e.md#f) [g](https://h) ```sh\ni\n```";
    assert_eq!(fenced(page, "rust"), ["fn x() {}\n"]);
    assert_eq!(links(page).collect::<Vec<_>>(), ["d/e.md"]);
}
