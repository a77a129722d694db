//! What a block adds to `cargo check`, beside serde's derive of the same struct.

use config_benches::{Report, median};

use crate::fields::{Derive, block, parts};
use crate::workspace::{Sources, Workspace, root};

/// Whoever checks a program has few; so many make a difference that a clock can see.
const BLOCKS: usize = 40;

const KINDS: [(&str, Derive); 4] = [
    ("nothing", Derive::Nothing),
    ("the struct alone", Derive::Nothing),
    ("`Deserialize`", Derive::Serde),
    ("`ConfigBlock`", Derive::Block),
];

pub(crate) fn measure(report: &mut Report) {
    let packages: Vec<_> = KINDS.iter().enumerate().map(|(kind, _)| package(kind)).collect();
    let workspace = Workspace::new("check", &packages);
    // All of the dependencies, and once each of these as it is.
    workspace.cargo(&["check", "--workspace"], false);
    workspace.cargo(&["check", "--workspace"], true);
    let (rounds, mut edits) = (report.size(3, 15), 0);
    let mut took = [const { [const { Vec::new() }; 2] }; KINDS.len()];
    for _ in 0..rounds {
        for (kind, took) in took.iter_mut().enumerate() {
            for (again, took) in took.iter_mut().enumerate() {
                edits += 1;
                let text = source(kind) + &format!("pub const EDITS: u32 = {edits};\n");
                workspace.edit(&name(kind), "src/lib.rs", &text);
                let time = workspace.cargo(&["check", "-p", &name(kind)], again == 1);
                took.push(time.as_secs_f64() * 1e3);
            }
        }
    }
    let took = took.map(|both| both.map(median));
    // What one more of a kind adds to what another kind takes.
    let adds = |kind: usize, to: usize, again: usize| {
        (took[kind][again] - took[to][again]) / BLOCKS as f64
    };
    let rows = (1..KINDS.len()).map(|kind| {
        let ms = |again| format!("{:.2}", adds(kind, 0, again));
        let beside = |again| format!("{:.2}", adds(kind, 1, again) / adds(2, 1, again));
        vec![KINDS[kind].0.to_owned(), ms(0), beside(0), ms(1), beside(1)]
    });
    let columns = ["17 fields", "ms, anew", "to serde's", "ms, again", "to serde's"];
    report.table("check", &columns, rows.collect());
    let [none, bare, serde, ours] = took.map(|both| both[0]);
    let detail = format!("{BLOCKS} blocks in {ours:.0} ms, none in {none:.0} ms");
    report.figure("building.block", adds(3, 0, 0), detail);
    let detail = format!(
        "{BLOCKS} blocks in {ours:.0} ms, by serde in {serde:.0} ms, the structs alone in {bare:.0} ms"
    );
    report.figure("building.block.serde", adds(3, 1, 0) / adds(2, 1, 0), detail);
}

fn name(kind: usize) -> String {
    format!("kind-{kind}")
}

/// The source of a library of that kind; they differ in their structs alone.
fn source(kind: usize) -> String {
    let (_, derive) = KINDS[kind];
    let count = if kind == 0 { 0 } else { BLOCKS };
    let blocks = (0..count).map(|number| block(derive, &format!("TradingConfig{number}")));
    parts(derive, "config_sdk::Decimal") + &blocks.collect::<String>()
}

fn package(kind: usize) -> (String, String, Sources) {
    // What a store costs to build is not asked here.
    let path = root().join("config-sdk");
    let dependencies = format!(
        "config-sdk = {{ path = {path:?}, default-features = false }}\nserde = {{ version = \"*\", features = [\"derive\"] }}\n"
    );
    (name(kind), dependencies, vec![("src/lib.rs", source(kind))])
}
