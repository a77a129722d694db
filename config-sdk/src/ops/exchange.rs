//! Rows as a file, and a file as one change.

use super::Operator;
use super::document::{self, Document, Format, Said, Section};
use crate::block::BlockType;
use crate::change::{ChangeError, ChangeMistake, ChangeSet, Layers, Stack};
use crate::schema::{FieldSchema, Kind};
use crate::source::Place;
use crate::value::{self, Value};

impl Operator {
    /// What the store says of these blocks, of all if none is named, as a file: of keyed blocks the row
    /// that the others inherit from, and every key's own. Secrets are left out. What comes back is
    /// what [`import`](Self::import) takes. Blocks and pages of keys are read one after the other, and not
    /// as of one moment.
    ///
    /// # Errors
    /// If there is no such block, or the store cannot be read.
    pub async fn export(&self, blocks: &[&str], format: Format) -> Result<String, ChangeError> {
        let mut document = Document::default();
        for block in self.chosen(blocks)? {
            self.add(&block, &mut document).await?;
        }
        Ok(document::print(&document, format))
    }

    /// Begins a change that makes rows what a file says: each field that it names is set, or reset where
    /// it says null. With `whole`, a field that a row's section leaves out is reset as well, so that
    /// the row is what the file says and nothing else; secrets stay as they are in any case, and so do
    /// rows that the file does not name.
    ///
    /// # Errors
    /// With everything that is wrong with the file.
    pub fn import(
        &self,
        text: &str,
        format: Format,
        whole: bool,
    ) -> Result<ChangeSet, ChangeError> {
        let stated = document::parse(text, format, &self.desk.schemas()).map_err(|mistakes| {
            let told = mistakes.iter().map(|mistake| ChangeMistake::File(mistake.to_string()));
            ChangeError::Mistakes(told.collect())
        })?;
        let mut set = self.change();
        for row in stated {
            let Some(block) = self.desk.named(row.place.block.name) else { continue };
            let fields = block.schema().fields.iter().enumerate().filter_map(|(index, field)| {
                let said = row.fields.iter().find(|(other, _)| other.name == field.name);
                match said {
                    Some((_, text)) => Some((index, text.clone())),
                    None => (whole && !field.secret).then_some((index, None)),
                }
            });
            set = set.set_fields(block, row.place.clone(), fields.collect());
        }
        Ok(set)
    }

    /// The types of the blocks of these names, or all.
    pub(super) fn chosen(&self, names: &[&str]) -> Result<Vec<BlockType>, ChangeError> {
        if names.is_empty() {
            return Ok(self.desk.types.to_vec());
        }
        let (mut chosen, mut mistakes) = (Vec::new(), Vec::new());
        for name in names {
            match self.desk.named(name) {
                Some(block) => chosen.push(block),
                None => {
                    let known = self.desk.schemas().into_iter();
                    mistakes.push(ChangeMistake::from(crate::path::unknown_block(name, known)));
                }
            }
        }
        if mistakes.is_empty() { Ok(chosen) } else { Err(ChangeError::Mistakes(mistakes)) }
    }

    async fn add(&self, block: &BlockType, document: &mut Document) -> Result<(), ChangeError> {
        let schema = block.schema();
        let place = Place { block: schema, key: None };
        let mut stacks = self.desk.rows(std::slice::from_ref(&place)).await?;
        let stack = stacks.pop().unwrap_or_default();
        document.sections.push(section(block, place, &stack));
        let shared = stack.own;
        let mut pages = self.desk.pages(schema, u64::MAX);
        while let Some(page) = pages.next().await? {
            for (key, own) in page.own {
                let place = Place { block: schema, key: Some(key) };
                let stack = Stack { own: Some(own), shared: shared.clone() };
                document.sections.push(section(block, place, &stack));
            }
        }
        Ok(())
    }
}

fn section(block: &BlockType, place: Place, stack: &Stack) -> Section {
    let own = Layers::of(stack.own.as_ref(), None);
    let below = block.read(&Layers::of(stack.shared.as_ref(), None).laid());
    let values = block.read(&own.laid()).into_iter().zip(below);
    let fields = block.schema().fields.iter().zip(values);
    let said = fields.map(|(field, (value, default))| Said {
        field,
        value: own.text(field).map(|text| as_stored(field, text, value)),
        default,
    });
    Section { place, fields: said.collect() }
}

/// A value as the store has it: what a serde type leaves out or says in other words is not to be lost.
fn as_stored(field: &FieldSchema, text: &str, value: Value) -> Value {
    match field.kind {
        Kind::Json => serde_json::from_str(text).map_or(value, value::from_json),
        Kind::Text => Value::Text(text.to_owned()),
        _ => value,
    }
}
