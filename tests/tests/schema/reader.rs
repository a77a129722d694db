//! A source as the stories of keyed blocks ask it.

use std::sync::Arc;

use config_sdk::{
    BlockSchema, ConfigBlock, Fetched, Key, Keys, Loaded, Moved, Record, Request, Source,
    SourceError, Wanted, Which,
};

use crate::store::Store;

/// A source, and the epoch that it yielded last.
pub(crate) struct Reader {
    pub(crate) source: Arc<dyn Source>,
    blocks: Vec<&'static BlockSchema>,
    epoch: u64,
}

impl Reader {
    /// One that has read the block `T`.
    pub(crate) async fn of<T: ConfigBlock>(store: &Store) -> Self {
        let mut reader = Self { source: store.source(), blocks: vec![T::schema()], epoch: 0 };
        reader.ask(None).await;
        reader
    }

    /// What has changed since the last time.
    pub(crate) async fn news(&mut self) -> Fetched {
        self.ask(Some(self.epoch)).await
    }

    /// Everything, or what changed since an epoch.
    pub(crate) async fn ask(&mut self, since: Option<u64>) -> Fetched {
        let request = Request::everything(&self.blocks);
        let request = since.map_or(request, |since| request.since(since));
        let fetched = self.source.fetch(request).await.unwrap();
        self.epoch = fetched.epoch;
        fetched
    }

    /// What has changed of the block since the last time; it is keyed.
    pub(crate) async fn moved(&mut self) -> Option<Moved> {
        let name = self.blocks[0].name;
        self.news().await.keyed.remove(name)
    }

    /// The keys that have changed since the last time, `*` for all.
    pub(crate) async fn changed(&mut self) -> Vec<String> {
        match self.moved().await.map(|moved| moved.keys) {
            None => Vec::new(),
            Some(Keys::All) => vec!["*".to_owned()],
            Some(Keys::Some(keys)) => keys.iter().map(ToString::to_string).collect(),
        }
    }

    /// The rows of these keys, and what they inherit from.
    pub(crate) async fn keys(&self, keys: &[Key]) -> Loaded {
        self.try_load(Which::Keys(keys)).await.unwrap()
    }

    pub(crate) async fn try_load(&self, which: Which<'_>) -> Result<Loaded, SourceError> {
        self.source.load(Wanted::of(self.blocks[0], which)).await
    }

    /// `column` of the row of the key of one part, if it has a row.
    pub(crate) async fn text(&self, key: &str, column: &str) -> Option<String> {
        let loaded = self.keys(&[one(key)]).await;
        assert_eq!(loaded.rows.odd, [""; 0]);
        loaded.rows.own.first().and_then(|(_, record)| text(record, column))
    }
}

pub(crate) fn text(record: &Record, column: &str) -> Option<String> {
    record.columns.get(column).cloned().flatten()
}

pub(crate) fn one(part: &str) -> Key {
    Key::new([part]).unwrap()
}
