//! What a block adds to `cargo check`, beside serde's derive of the same struct.

use config_benches::{Report, median};

use crate::fields::{Derive, block, parts};
use crate::workspace::{Workspace, root};

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
    let rounds = report.size(3, 15);
    let mut took = [const { [const { Vec::new() }; 2] }; KINDS.len()];
    for _ in 0..rounds {
        for (kind, took) in took.iter_mut().enumerate() {
            for (again, took) in took.iter_mut().enumerate() {
                workspace.touch(&name(kind), "src/lib.rs");
                let time = workspace.cargo(&["check", "-p", &name(kind)], again == 1);
                took.push(time.as_secs_f64() * 1e3);
            }
        }
    }
    let took = took.map(|both| both.map(median));
    let adds = |kind: usize, again: usize| (took[kind][again] - took[0][again]) / BLOCKS as f64;
    let rows = (1..KINDS.len()).map(|kind| {
        let beside = |again| format!("{:.2}", adds(kind, again) / adds(2, again));
        let ms = |again| format!("{:.2}", adds(kind, again));
        vec![KINDS[kind].0.to_owned(), ms(0), beside(0), ms(1), beside(1)]
    });
    let columns = ["17 fields", "ms, anew", "to serde's", "ms, again", "to serde's"];
    report.table("check", &columns, rows.collect());
    let [none, serde, ours] = [0, 2, 3].map(|kind| took[kind][0]);
    let detail = format!("{BLOCKS} blocks in {ours:.0} ms, none in {none:.0} ms");
    report.figure("building.block", adds(3, 0), detail);
    let detail =
        format!("{BLOCKS} blocks in {ours:.0} ms, by serde in {serde:.0} ms, none in {none:.0} ms");
    report.figure("building.block.serde", adds(3, 0) / adds(2, 0), detail);
}

fn name(kind: usize) -> String {
    format!("kind-{kind}")
}

/// A library of that kind; they differ in their structs alone.
fn package(kind: usize) -> (String, String, Vec<(&'static str, String)>) {
    let (_, derive) = KINDS[kind];
    let count = if kind == 0 { 0 } else { BLOCKS };
    let blocks = (0..count).map(|number| block(derive, &format!("TradingConfig{number}")));
    let text = parts(derive, "config_sdk::Decimal") + &blocks.collect::<String>();
    // What a store costs to build is not asked here.
    let path = root().join("config-sdk");
    let dependencies = format!(
        "config-sdk = {{ path = {path:?}, default-features = false }}\nserde = {{ version = \"*\", features = [\"derive\"] }}\n"
    );
    (name(kind), dependencies, vec![("src/lib.rs", text)])
}
