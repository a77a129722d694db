//! Imports run downhill: a room of config-sdk uses only rooms below it.

use std::path::{Path, PathBuf};

use crate::{none, rust, rust_files};

/// The rooms, lowest first.
const ROOMS: [&str; 22] = [
    "guarded", "names", "number", "time", "text", "json", "value", "key", "record", "schema",
    "path", "block", "cell", "keyed", "source", "change", "refresh", "client", "ops", "private",
    "testing", "docs",
];

/// Rooms that never see each other, whichever is higher; only `refresh` sees both.
const STRANGERS: [&str; 2] = ["cell", "source"];

#[test]
fn imports_run_downhill() {
    let files = library();
    let tests: Vec<_> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let mut faults = Vec::new();
    for (path, text) in &files {
        let module = module(path);
        let is_test = tests.iter().any(|test| module.starts_with(test));
        if path != Path::new("lib.rs") && !is_test {
            faults.extend(uphill(path, text));
        }
    }
    none(&faults);
}

#[test]
fn the_crate_root_defines_nothing() {
    let text = include_str!("../../../config-sdk/src/lib.rs");
    none(&definitions(text));
}

/// The library's files, by their path below its `src`.
fn library() -> Vec<(PathBuf, String)> {
    let src = "config-sdk/src";
    let below = |path: PathBuf| path.strip_prefix(src).expect("a file of it").to_owned();
    let files = rust_files(src).into_iter();
    files.map(|(path, text)| (below(path), text)).collect()
}

/// What is wrong with the imports of the file at `path` (below `src`).
fn uphill(path: &Path, text: &str) -> Vec<String> {
    let module = module(path);
    let (room, file) = (module[0].as_str(), path.display());
    let Some(height) = height(room) else {
        return vec![format!("{file}: `{room}` has no place among the rooms; give it one")];
    };
    let mut faults = Vec::new();
    for used in used(&rust::code(text), module.len()) {
        let used = used.as_str();
        if used == room {
            continue;
        }
        let fault = match self::height(used) {
            None => "not a room; import it from the room that defines it",
            _ if STRANGERS.contains(&room) && STRANGERS.contains(&used) => {
                "never see each other; only `refresh` sees both"
            }
            Some(other) if other > height => "runs uphill",
            Some(_) => continue,
        };
        faults.push(format!("{file}: {room} → {used}: {fault}"));
    }
    faults
}

/// The modules with files of their own that the file at `path` declares for tests only.
fn test_modules(path: &Path, text: &str) -> Vec<Vec<String>> {
    let declared = text.split("#[cfg(test)]").skip(1).filter_map(|after| {
        let (declaration, _) = after.split_once(';')?;
        let (visibility, name) = declaration.split_once("mod ")?;
        let is_visibility = visibility.trim().is_empty() || visibility.trim().starts_with("pub");
        (is_visibility && !name.contains('{')).then(|| name.trim().to_owned())
    });
    let parent = module(path);
    declared.map(|name| [parent.clone(), vec![name]].concat()).collect()
}

fn height(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

/// The path of modules that a file is: `block/mod.rs` is `[block]`, `block/field.rs` is `[block, field]`.
fn module(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if module.len() > 1 && module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    module
}

/// The first names that `code` follows from the crate's root, in a module `depth` below it.
fn used(code: &str, depth: usize) -> Vec<String> {
    let code: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let code = code.replace(" ::", "::").replace(":: ", "::");
    let up = "super::".repeat(depth);
    let mut used = Vec::new();
    for root in ["crate::", up.as_str()] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            used.extend(first_names(&code[at + root.len()..]));
        }
    }
    used.retain(|name| !["", "self", "super"].contains(&name.as_str()));
    used
}

/// The first name of a path, or of each path of a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let name = |path: &str| -> String {
        let path = path.trim_start();
        path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut names = vec![name(group)];
    let mut depth = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names
}

/// What a crate root holds besides documentation, modules and re-exports.
fn definitions(text: &str) -> Vec<String> {
    let mut code = rust::code(text);
    while let Some(start) = code.find("#![").or_else(|| code.find("#[")) {
        let length = code[start..].find(']').map_or(code.len() - start, |end| end + 1);
        code.replace_range(start..start + length, "");
    }
    let items = code.split(';').map(str::trim).filter(|item| !item.is_empty());
    items
        .filter(|item| {
            let item = item.strip_prefix("pub ").unwrap_or(item);
            let module = item.starts_with("mod ") && !item.contains('{');
            !(module || item.starts_with("use "))
        })
        .map(|item| format!("the crate root defines `{}`", item.lines().next().unwrap_or(item)))
        .collect()
}

#[test]
fn an_import_that_runs_uphill_is_found_however_it_is_written() {
    let here = Path::new("block/field.rs");
    for text in [
        "use crate::cell::Cell;",
        "use crate::{\n    schema::{Kind, Range},\n    cell::{self, Cell},\n};",
        "pub(crate) use crate::cell;",
        "fn f() { crate::cell::load() }",
        "use super::super::cell::Cell;",
        "macro_rules! m { () => { $crate::cell::load() } }",
    ] {
        assert_eq!(uphill(here, text), ["block/field.rs: block → cell: runs uphill"], "{text}");
    }
    for text in [
        "use crate::schema::Kind; use super::cell::Cell; use crate::block::Fault;",
        "/// See [`cell`](crate::cell).\nconst A: &str = \"crate::cell\";",
        "#[cfg(test)] mod tests { use crate::cell::Cell; }",
        "use other_crate::cell::Cell;",
    ] {
        assert_eq!(uphill(here, text), [""; 0], "{text}");
    }
}

#[test]
fn strangers_and_ways_round_the_rooms_are_found() {
    let source = uphill(Path::new("source/mod.rs"), "use crate::cell::Cell;");
    assert_eq!(
        source,
        ["source/mod.rs: source → cell: never see each other; only `refresh` sees both"]
    );
    let cell = uphill(Path::new("cell.rs"), "use super::{record, source};");
    assert_eq!(cell, ["cell.rs: cell → source: never see each other; only `refresh` sees both"]);
    let root = uphill(Path::new("cell.rs"), "use crate::Fault;");
    assert!(root[0].contains("cell → Fault"), "{root:?}");
    let attic = uphill(Path::new("attic.rs"), "");
    assert!(attic[0].contains("`attic` has no place"), "{attic:?}");
}

#[test]
fn a_module_for_tests_alone_is_told_from_others() {
    let text = "mod a;\n#[cfg(test)]\npub(crate) mod b;\n#[cfg(test)] mod c { mod d; }\nmod e;";
    let found = test_modules(Path::new("block/mod.rs"), text);
    assert_eq!(found, [["block", "b"]]);
}

#[test]
fn a_definition_in_a_crate_root_is_found() {
    let lawful =
        "//! Docs.\n#![deny(a, b)]\nmod a;\n#[doc(hidden)]\npub mod b;\npub use a::{B, C};";
    assert_eq!(definitions(lawful), [""; 0]);
    for text in
        ["pub fn f() {}", "mod a { }", "mod a; struct B;", "#[x]\nimpl A {}", "const A: u8 = 1;"]
    {
        assert_eq!(definitions(text).len(), 1, "{text}");
    }
}
