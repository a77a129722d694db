//! What is wrong with the rows that are there: what today's types refuse, and what only repeats a
//! default.

use std::collections::BTreeMap;

use super::Operator;
use crate::block::BlockType;
use crate::change::{ChangeError, Stack};
use crate::key::Key;
use crate::record::Record;
use crate::schema::{BlockSchema, FieldSchema};
use crate::source::{DefaultText, Difference, Place};
use crate::value::Value;

/// How many keys are named for one finding; of more, how many.
const NAMED: usize = 3;

/// What was found, and in which rows.
type Findings = BTreeMap<Finding, Rows>;

#[derive(Debug, Default)]
struct Rows {
    count: usize,
    named: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    column: Option<String>,
    what: String,
    remedy: &'static str,
}

impl Operator {
    /// Everything in which the store is not what the program expects: tables that differ from the
    /// structs, rows that today's types turn away, fields that pin today's default. It reads every
    /// row once, of keyed blocks a thousand at a time.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn check(&self) -> Result<Vec<Difference>, ChangeError> {
        let mut found = self.drift().await?;
        let noted = match self.desk.writer()?.noted_defaults().await {
            // Who may not read them, or has a store without them, can compare the rest.
            Err(error) if !error.is_passing() => Vec::new(),
            noted => noted?,
        };
        for block in self.desk.types.iter() {
            let schema = block.schema();
            let findings = match self.findings(block, &Defaults::of(block, &noted)).await {
                Ok(findings) => findings,
                // What is wrong with its table has been said.
                Err(_) if found.iter().any(|one| one.block.as_deref() == Some(schema.name)) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            found.extend(findings.into_iter().map(|(finding, rows)| Difference {
                block: Some(schema.name.to_owned()),
                column: finding.column,
                what: format!("{}{}", finding.what, rows.told()),
                remedy: finding.remedy.to_owned(),
            }));
        }
        Ok(found)
    }

    async fn findings(
        &self,
        block: &BlockType,
        defaults: &Defaults,
    ) -> Result<Findings, ChangeError> {
        let (schema, max_record) = (block.schema(), self.desk.max_record);
        let mut findings = Findings::new();
        let shared = Place { block: schema, key: None };
        let mut stacks = self.desk.rows(std::slice::from_ref(&shared)).await?;
        let shared = stacks.pop().and_then(|stack| stack.own);
        let shared = shared.map(|shared| shared.within(max_record));
        look(block, defaults, None, &Stack { own: shared.clone(), shared: None }, &mut findings);
        let mut pages = self.desk.pages(schema, max_record);
        while let Some(page) = pages.next().await? {
            for odd in page.odd {
                let remedy = "give it a key of its own, or none, or delete it";
                findings.entry(Finding { column: None, what: odd, remedy }).or_default();
            }
            for (key, own) in page.own {
                let stack = Stack { own: Some(own), shared: shared.clone() };
                look(block, defaults, Some(&key), &stack, &mut findings);
            }
        }
        Ok(findings)
    }
}

/// What is wrong with one row.
fn look(
    block: &BlockType,
    defaults: &Defaults,
    key: Option<&Key>,
    stack: &Stack,
    findings: &mut Findings,
) {
    let Some(own) = &stack.own else { return };
    let schema = block.schema();
    let mut note = |column: Option<&str>, what: String, remedy: &'static str| {
        let finding = Finding { column: column.map(str::to_owned), what, remedy };
        findings.entry(finding).or_default().add(key);
    };
    if let Some(size) = own.left_out {
        let what = format!("its row holds {size} bytes and is not read");
        return note(None, what, "shorten it, or raise `max_record_bytes`");
    }
    let columns = own.clone().inheriting(stack.shared.as_ref()).columns;
    if let Err(faults) = block.judge(&columns) {
        for fault in &faults {
            let value = fault.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            let field = fault.field.as_deref().unwrap_or("the row");
            let what = format!("{field}{value} is turned away: {} ({})", fault.message, fault.rule);
            note(fault.column.as_deref(), what, "correct it: readers keep the last good value");
        }
    }
    let values = block.read(&own.columns);
    for ((field, value), (default, former)) in schema.fields.iter().zip(values).zip(&defaults.0) {
        let says = own.columns.get(field.column).is_some_and(Option::is_some);
        let inherits = said(stack.shared.as_ref(), field.column);
        if says && former.contains(&value) {
            let what = format!("{} is set to {value}, which was its default once", field.name);
            let remedy = "unset it if it is to follow the code, whose default is another now";
            note(Some(field.column), what, remedy);
        }
        if says && !field.secret && value == *default && !inherits {
            let what = format!("{} is set to {value}, which is its default", field.name);
            let remedy = "unset it, so that it follows the code where the default changes";
            note(Some(field.column), what, remedy);
        }
    }
    for column in retired(schema, own) {
        let what = format!("retired column `{column}` holds a value, and nobody reads it");
        note(Some(column), what, "drop the column once nobody needs it");
    }
}

/// The default of each field, in the order of the schema, and what was its default before.
struct Defaults(Vec<(Value, Vec<Value>)>);

impl Defaults {
    fn of(block: &BlockType, noted: &[DefaultText]) -> Self {
        let schema = block.schema();
        let mut defaults: Vec<_> =
            block.defaults().into_iter().map(|now| (now, Vec::new())).collect();
        for default in noted.iter().filter(|default| default.block == schema.name) {
            let columns = [(default.column.clone(), Some(default.text.clone()))].into();
            let is_its = |field: &FieldSchema| field.column == default.column && !field.secret;
            let values = block.read(&columns).into_iter().zip(&mut defaults);
            for (field, (value, (now, former))) in schema.fields.iter().zip(values) {
                if is_its(field) && value != *now {
                    former.push(value);
                }
            }
        }
        Self(defaults)
    }
}

fn said(record: Option<&Record>, column: &str) -> bool {
    record.is_some_and(|record| record.columns.get(column).is_some_and(Option::is_some))
}

fn retired<'a>(
    schema: &'a BlockSchema,
    own: &'a Record,
) -> impl Iterator<Item = &'static str> + 'a {
    schema.retired.iter().copied().filter(|column| said(Some(own), column))
}

impl Rows {
    fn add(&mut self, key: Option<&Key>) {
        self.count += 1;
        if let Some(key) = key.filter(|_| self.named.len() < NAMED) {
            self.named.push(key.to_string());
        }
    }

    fn told(&self) -> String {
        match (self.named.as_slice(), self.count - self.named.len().min(self.count)) {
            ([], _) => String::new(),
            (named, 0) => format!(" (in {})", named.join(", ")),
            (named, more) => format!(" (in {} and {more} more)", named.join(", ")),
        }
    }
}
