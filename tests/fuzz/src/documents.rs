//! Documents: any text is rows or mistakes with a line, a row is judged as any other, and what is valid
//! comes back from both formats as it was.

use config_sdk::document::{Document, Format, Said, Section, Stated, parse, print};
use config_sdk::testing::fuzzing::{judged, stored};
use config_sdk::{ConfigBlock, Place};

use crate::block::{Columns, Everything, keeps_secrets};
use crate::records::is_whole;

/// The first byte tells the format, and the rest is a file.
pub(crate) fn documents(input: &[u8]) {
    let Some((first, text)) = input.split_first() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let format = if *first == b'j' { Format::Json } else { Format::Toml };
    match parse(text, format, &[Everything::schema()]) {
        Ok(rows) => {
            assert!(rows.len() <= 1, "one row of a block without a key");
            rows.iter().for_each(is_judged);
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            let lines = text.split('\n').count();
            assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)));
        }
    }
}

fn is_judged(row: &Stated) {
    assert!(row.fields.iter().all(|(field, _)| !field.secret));
    let columns = row.fields.iter().map(|(field, text)| (field.column.to_owned(), text.clone()));
    let columns: Columns = columns.collect();
    match judged::<Everything>(&columns) {
        Ok(block) => {
            is_whole(&block, &columns);
            comes_back(&block);
        }
        Err(faults) => keeps_secrets(&faults.to_string(), &columns),
    }
}

/// All but its secrets.
fn comes_back(block: &Everything) {
    let values = block.encode().into_iter().zip(Everything::default().encode());
    let fields = Everything::schema().fields.iter().zip(values);
    let said = |(field, (value, default))| Said { field, value: Some(value), default };
    let section = Section {
        place: Place { block: Everything::schema(), key: None },
        fields: fields.map(said).collect(),
    };
    let mut expected = stored(block);
    for field in Everything::schema().fields.iter().filter(|field| field.secret) {
        expected.remove(field.column);
    }
    expected.retain(|_, text| text.is_some());
    let document = Document { sections: vec![section] };
    for format in [Format::Toml, Format::Json] {
        let printed = print(&document, format);
        let rows = parse(&printed, format, &[Everything::schema()]);
        let rows = rows.unwrap_or_else(|mistakes| panic!("{mistakes:?} in {printed}"));
        let fields = rows.into_iter().flat_map(|row| row.fields);
        let found: Columns = fields.map(|(field, text)| (field.column.to_owned(), text)).collect();
        assert_eq!(found, expected, "{printed}");
    }
}
