//! The rules over several fields: a check of one's own, `validator`, both, none.

use std::borrow::Cow;

use config_sdk::{ConfigBlock, Faults};
use validator::{Validate, ValidationError, ValidationErrors};

#[derive(ConfigBlock)]
struct Free {
    #[config(default = 1)]
    lowest: u32,
}

#[derive(ConfigBlock)]
#[config(check = in_order, validate)]
struct Window {
    #[config(default = 1)]
    lowest: u32,
    #[config(default = 9)]
    highest: u32,
}

fn in_order(window: &Window) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let ordered = window.lowest <= window.highest;
    faults.ensure(ordered, "lowest", "must not be above highest");
    faults.into_result()
}

impl Validate for Window {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        if self.highest == 0 {
            errors.add("highest", ValidationError::new("zero").with_message(Cow::from("is zero")));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

#[derive(ConfigBlock)]
#[config(check = Self::never)]
struct Strict {}

impl Strict {
    fn never(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.add_block("is never right");
        faults.into_result()
    }
}

#[test]
fn a_block_without_rules_keeps_them() {
    assert_eq!(Free { lowest: 0 }.rules(), Ok(()));
}

#[test]
fn check_and_validator_both_run_and_all_their_faults_are_kept() {
    assert_eq!(Window::default().rules(), Ok(()));
    let faults = Window { lowest: 1, highest: 0 }.rules().unwrap_err();
    let found = faults.iter().map(|fault| (fault.field.as_deref(), fault.rule.as_str()));
    assert!(found.eq([(Some("lowest"), "check"), (Some("highest"), "validate zero")]));
}

#[test]
fn a_check_may_be_a_method_and_of_the_whole_block() {
    let faults = Strict::default().rules().unwrap_err();
    assert_eq!(faults.iter().next().unwrap().field, None);
}
