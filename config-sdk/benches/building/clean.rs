//! What a clean build of a program with one block costs, beside programs that go without the library.

use std::fs;

use config_benches::{Report, median};

use crate::fields::{Derive, block, parts};
use crate::workspace::{Sources, Workspace, root};

/// A program, how it comes by its values, and what it needs for that.
struct Program {
    name: &'static str,
    what: &'static str,
    derive: Derive,
    main: &'static str,
    needs: &'static [&'static str],
}

const SERDE: &str = r#"serde = { version = "*", features = ["derive"] }"#;
const JSON: &str = r#"serde_json = "*""#;
const TOKIO: &str = r#"tokio = { version = "*", features = ["macros", "rt", "sync"] }"#;
const POSTGRES: &str = r#"tokio-postgres = "*""#;

/// The first is the library's, the second the one it is measured beside.
const PROGRAMS: [Program; 7] = [
    Program {
        name: "block",
        what: "config-sdk, default features",
        derive: Derive::Block,
        main: include_str!("programs/block.rs"),
        needs: &[r#"config-sdk = { path = "LIBRARY" }"#, SERDE, TOKIO],
    },
    Program {
        name: "by-hand",
        what: "bare tokio-postgres",
        derive: Derive::Serde,
        main: include_str!("programs/by_hand.rs"),
        needs: &[SERDE, JSON, TOKIO, POSTGRES],
    },
    Program {
        name: "postgres-only",
        what: "config-sdk, feature postgres alone",
        derive: Derive::Block,
        main: include_str!("programs/block.rs"),
        needs: &[
            r#"config-sdk = { path = "LIBRARY", default-features = false, features = ["postgres"] }"#,
            SERDE,
            TOKIO,
        ],
    },
    Program {
        name: "by-hand-with-tls",
        what: "tokio-postgres and rustls",
        derive: Derive::Serde,
        main: include_str!("programs/by_hand_with_tls.rs"),
        needs: &[
            SERDE,
            JSON,
            TOKIO,
            POSTGRES,
            r#"rustls = { version = "*", default-features = false, features = ["ring", "std", "tls12"] }"#,
            r#"rustls-native-certs = "*""#,
            r#"tokio-postgres-rustls = "*""#,
        ],
    },
    Program {
        name: "config-rs",
        what: "config (JSON files, read once)",
        derive: Derive::Serde,
        main: include_str!("programs/config_rs.rs"),
        needs: &[
            r#"config = { version = "0.15", default-features = false, features = ["json"] }"#,
            SERDE,
        ],
    },
    Program {
        name: "with-dynamic-config",
        what: "dynamic-config (JSON files, not watched)",
        derive: Derive::Dynamic,
        main: include_str!("programs/dynamic_config.rs"),
        needs: &[
            r#"dynamic-config = { version = "*", default-features = false, features = ["json"] }"#,
            SERDE,
        ],
    },
    Program {
        name: "with-confik",
        what: "confik (JSON files, read again when told to)",
        derive: Derive::Confik,
        main: include_str!("programs/confik.rs"),
        needs: &[
            r#"confik = { version = "*", default-features = false, features = ["json", "reloading"] }"#,
            SERDE,
        ],
    },
];

/// So many take turns in each round; the others are built once.
const TURNS: usize = 2;

pub(crate) fn measure(report: &mut Report) {
    let packages: Vec<_> = PROGRAMS.iter().map(Program::package).collect();
    let workspace = Workspace::new("clean", &packages);
    let mut seconds = [const { Vec::new() }; PROGRAMS.len()];
    for round in 0..report.size(1, 3) {
        for (at, program) in PROGRAMS.iter().enumerate() {
            if at < TURNS || round == 0 {
                workspace.clean();
                let took = workspace.cargo(&["build", "-p", program.name], true);
                println!("{}: {:.1} s", program.what, took.as_secs_f64());
                seconds[at].push(took.as_secs_f64());
            }
        }
    }
    workspace.clean();
    let seconds = seconds.map(median);
    let megabytes = PROGRAMS.each_ref().map(|program| program.megabytes(&workspace));
    workspace.clean();
    let rows = PROGRAMS.iter().enumerate().map(|(at, program)| {
        vec![
            program.what.to_owned(),
            workspace.crates(program.name).to_string(),
            format!("{:.1}", seconds[at]),
            format!("{:.2}", seconds[at] / seconds[1]),
            format!("{:.1}", megabytes[at]),
        ]
    });
    let columns =
        ["a program by", "crates", "s, clean build", "to by hand", "MB, release, stripped"];
    report.table("clean", &columns, rows.collect());
    let detail = format!("{:.1} s beside {:.1} s", seconds[0], seconds[1]);
    report.figure("building.clean", seconds[0] / seconds[1], detail);
    let detail = format!("by hand {:.1} MB", megabytes[1]);
    report.figure("building.binary", megabytes[0], detail);
}

impl Program {
    fn package(&self) -> (String, String, Sources) {
        let library = root().join("config-sdk").display().to_string();
        let needs = self.needs.join("\n").replace("LIBRARY", &library) + "\n";
        let number =
            if matches!(self.derive, Derive::Block) { "config_sdk::Decimal" } else { "f64" };
        let block = parts(self.derive, number) + &block(self.derive, "TradingConfig");
        let sources = vec![("src/main.rs", self.main.to_owned()), ("src/block.rs", block)];
        (self.name.to_owned(), needs, sources)
    }

    /// Of its release build, stripped.
    fn megabytes(&self, workspace: &Workspace) -> f64 {
        let strip = ["--config", "profile.release.strip=true"];
        workspace.cargo(&["build", "--release", "-p", self.name, strip[0], strip[1]], false);
        let program = workspace.target().join("release").join(self.name);
        fs::metadata(program).expect("the program was built").len() as f64 / 1e6
    }
}
