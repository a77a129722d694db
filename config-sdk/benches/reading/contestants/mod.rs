//! Ways to read a block, each with its own storage; and in [`keyed`], ways to find the copy of a key.

mod block;
pub(crate) mod cells;
pub(crate) mod flags;
mod guilds;
pub(crate) mod here;
pub(crate) mod keyed;
pub(crate) mod paths;
pub(crate) mod reloading;

use std::hint::black_box;

/// Made anew for each thread: reads so many times and yields something of it.
pub(crate) type Reader = Box<dyn FnMut(usize) -> u64>;

/// Made in the thread that writes: exchanges the block for a different one, once with each call.
pub(crate) type Writer = Box<dyn FnMut()>;

/// A way to read a block.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) reader: Box<dyn Fn() -> Reader + Send + Sync>,
    /// `None` where there is no writing while others read.
    pub(crate) writer: Option<Box<dyn Fn() -> Writer + Send + Sync>>,
}

/// All of them, by family.
pub(crate) fn all() -> Vec<Contestant> {
    let families = [cells::all(), here::all(), paths::all(), reloading::all(), flags::all()];
    families.into_iter().flatten().collect()
}

impl Contestant {
    fn new<R: FnMut() -> u64 + 'static>(
        name: &'static str,
        reader: impl Fn() -> R + Send + Sync + 'static,
    ) -> Self {
        Self::of_many(name, move || {
            let mut read = reader();
            move |count| (0..count).map(|_| black_box(read())).fold(0, u64::wrapping_add)
        })
    }

    /// One that is asked for many reads at once, because going into its runtime is not part of a read.
    fn of_many<R: FnMut(usize) -> u64 + 'static>(
        name: &'static str,
        reader: impl Fn() -> R + Send + Sync + 'static,
    ) -> Self {
        Self { name, reader: Box::new(move || Box::new(reader())), writer: None }
    }

    fn written<W: FnMut() + 'static>(
        mut self,
        writer: impl Fn() -> W + Send + Sync + 'static,
    ) -> Self {
        self.writer = Some(Box::new(move || Box::new(writer())));
        self
    }
}
