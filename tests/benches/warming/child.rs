//! What this program does as a process of its own, of which nothing but one thing's memory is wanted.

use std::env;
use std::process::Command;

use crate::blocks::Kind;
use crate::{memory, soak};

/// Says in its environment what a child is to do.
const ORDER: &str = "CONFIG_BENCHES_WARMING";

/// Whether this process is one.
pub(crate) fn is_one() -> bool {
    env::var_os(ORDER).is_some()
}

/// Does what it was started for, and prints numbers.
pub(crate) fn run() {
    let order = env::var(ORDER).expect("an order");
    let words: Vec<&str> = order.split(' ').collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let numbers = match *words {
        ["memory", kind, count, url] => {
            let kind = Kind::ALL.into_iter().find(|one| one.name() == kind).expect("a kind");
            memory::child(&runtime, kind, number(count), url)
        }
        ["soak", seconds, keys, url] => {
            runtime.block_on(soak::child(number(seconds), number(keys), url))
        }
        _ => panic!("{ORDER} says what nobody does"),
    };
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    println!("{}", numbers.join(" "));
}

/// The numbers that a child of this program prints when it is told this.
pub(crate) fn ask(order: &str) -> Vec<u64> {
    let program = env::current_exe().expect("this program");
    let output = Command::new(program).env(ORDER, order).output().expect("a process");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{order} failed: {errors}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().map(number).collect()
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}
