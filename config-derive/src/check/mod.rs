//! Rules over several attributes, and over an attribute and the field it is on.

mod names;

use std::cmp::Ordering;

use crate::constant::{Bounds, Known};
use crate::errors::Errors;
use crate::model::{Block, Field};
use crate::shape::Class;

/// Adds every mistake of `block` that can be told without knowing its types.
pub(crate) fn check(block: &Block<'_>, errors: &mut Errors) {
    names::check(block, errors);
    keyed(block, errors);
    stale(block, errors);
    for field in &block.fields {
        has_default(field, errors);
        codec(field, errors);
        bounds_fit_type(field, errors);
        bounds_hold_something(field, errors);
        clamp(field, errors);
        default_keeps_rules(field, errors);
    }
}

fn keyed(block: &Block<'_>, errors: &mut Errors) {
    if let (Some(resident), true, true) = (&block.resident, block.key.is_empty(), block.sound) {
        let message = "`resident` is for keyed blocks: add `key(…)`, or remove it, \
                       as a block without a key is in memory in any case";
        errors.at(resident, message);
    }
    if block.key.is_empty() {
        return;
    }
    // A word that was not understood may have been meant as `resident`.
    if let (Some(on_boot), None, true) = (&block.on_boot, &block.resident, block.sound)
        && on_boot.value == "Require"
    {
        let message = "`on_boot = \"require\"` is for what is read at start, and the copies of this \
                       block are read when they are asked for: add `resident`, or remove it";
        errors.at(&on_boot.word, message);
    }
    for restart in block.fields.iter().filter_map(|field| field.restart.as_ref()) {
        let message = "`restart` keeps the value from start, and the copies of a keyed block \
                       come and go later than that: remove it";
        errors.at(restart, message);
    }
}

fn stale(block: &Block<'_>, errors: &mut Errors) {
    if let (Some(on_stale), None, true) = (&block.on_stale, block.max_stale, block.sound) {
        let message = "`on_stale` needs to know when that is: add `max_stale = \"10m\"`";
        errors.at(&on_stale.word, message);
    }
}

fn has_default(field: &Field<'_>, errors: &mut Errors) {
    // A word that was not understood may have been meant as the default.
    if field.default.is_none() && !field.shape.optional && field.sound {
        let message = format!(
            "`{}` has no default: add `#[config(default = …)]`, or make it an `Option`",
            field.name
        );
        errors.at(field.ident, message);
    }
}

fn codec(field: &Field<'_>, errors: &mut Errors) {
    if let (Some(_), Some(json)) = (&field.text, &field.json) {
        errors.at(json, "a field is kept as `text` or as `json`; remove one of them");
    } else if let Some(text) = &field.text
        && field.shape.class.is_never_text()
    {
        let message = "serde does not write this type as text: remove `text`, \
                       or write `json` for a list or a map";
        errors.at(text, message);
    }
    let is_plain = field.text.is_none() && field.json.is_none() && field.sound;
    if field.shape.class == Class::Collection && is_plain {
        let message = "a list or a map is not a column by itself: add `json` to `#[config(…)]`";
        errors.at(field.shape.core, message);
    }
    if field.shape.option_inside {
        let message = "an `Option` goes around everything else, and only once: `Option<Secret<…>>`";
        errors.at(field.shape.core, message);
    }
}

fn bounds_fit_type(field: &Field<'_>, errors: &mut Errors) {
    let class = field.shape.class;
    if let Some(range) = &field.range {
        if !class.may_have_range() {
            let remedy = if class.may_have_length() {
                "for text, lists and maps write `length = a..=b`"
            } else {
                "remove it"
            };
            let message = format!("`range` is for numbers and lengths of time: {remedy}");
            errors.at(&range.word, message);
        } else if field.text.is_some() || field.json.is_some() {
            let message = "a field kept as `text` or `json` has no `range`: remove one of the two";
            errors.at(&range.word, message);
        }
    }
    if let Some(length) = &field.length
        && !class.may_have_length()
    {
        let remedy = if class.may_have_range() {
            "for numbers and lengths of time write `range = a..=b`"
        } else {
            "remove it"
        };
        errors.at(&length.word, format!("`length` is for text, lists and maps: {remedy}"));
    }
    if let Some((word, _)) = &field.one_of
        && (!class.may_be_listed() || field.json.is_some())
    {
        errors.at(word, "`one_of` is for text and numbers: remove it");
    }
}

fn bounds_hold_something(field: &Field<'_>, errors: &mut Errors) {
    for bounds in [&field.range, &field.length].into_iter().flatten() {
        if bounds.is_empty() {
            let message = "nothing is within this range: its first bound is the lower one";
            errors.at(&bounds.written, message);
        }
    }
}

fn clamp(field: &Field<'_>, errors: &mut Errors) {
    match (&field.clamp, &field.range) {
        (Some(clamp), None) if field.sound => {
            let message = "`clamp` needs a range to bring the value into: add `range = a..=b`";
            errors.at(clamp, message);
        }
        (Some(_), Some(range)) if range.open => {
            let message = "`clamp` needs an upper bound that is itself allowed: write `a..=b`";
            errors.at(&range.written, message);
        }
        _ => {}
    }
}

fn default_keeps_rules(field: &Field<'_>, errors: &mut Errors) {
    let Some(default) = &field.default else {
        return;
    };
    let Some(known) = &default.known else {
        return;
    };
    let outside = |bounds: &Option<Bounds>, known: &Known| {
        let bounds = bounds.as_ref().filter(|bounds| !bounds.is_empty())?;
        bounds.exclude(known).then(|| bounds.show())
    };
    if let Some(range) = outside(&field.range, known) {
        errors.at(&default.written, format!("this default is outside its range {range}"));
    }
    if let Some(length) = known.length().and_then(|known| outside(&field.length, &known)) {
        let message = format!("the length of this default is outside {length}");
        errors.at(&default.written, message);
    }
    if let Some((_, allowed)) = &field.one_of {
        let differs = |allowed: &Known| known.compare(allowed).is_some_and(Ordering::is_ne);
        let all_differ = allowed.iter().all(|allowed| allowed.known.as_ref().is_some_and(differs));
        if all_differ {
            errors.at(&default.written, "this default is not among its `one_of`");
        }
    }
}
