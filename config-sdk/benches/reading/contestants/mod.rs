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

/// How many places in the program a loop of the shortest reads is compiled at.
pub(crate) const PLACES: usize = 8;

/// A way to read a block.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// The one whose loop is at that place, if it has several.
    pub(crate) reader: Box<dyn Fn(usize) -> Reader + Send + Sync>,
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

    /// One whose reads take so little that it matters where their loop lies: turns go from place to place.
    fn placed<S: Send + Sync + 'static>(
        name: &'static str,
        of: S,
        places: [fn(&S) -> Reader; PLACES],
    ) -> Self {
        let reader = move |place: usize| places[place % PLACES](&of);
        Self { name, reader: Box::new(reader), writer: None }
    }

    /// One that is asked for many reads at once, because going into its runtime is not part of a read.
    fn of_many<R: FnMut(usize) -> u64 + 'static>(
        name: &'static str,
        reader: impl Fn() -> R + Send + Sync + 'static,
    ) -> Self {
        Self { name, reader: Box::new(move |_| Box::new(reader())), writer: None }
    }

    fn written<W: FnMut() + 'static>(
        mut self,
        writer: impl Fn() -> W + Send + Sync + 'static,
    ) -> Self {
        self.writer = Some(Box::new(move || Box::new(writer())));
        self
    }
}

/// A function for each place, from one that has the place as its parameter: a loop of its own for each,
/// into which the compiler puts the read, as it does for users.
macro_rules! places {
    ($at:ident) => {
        [$at::<0>, $at::<1>, $at::<2>, $at::<3>, $at::<4>, $at::<5>, $at::<6>, $at::<7>]
    };
}
pub(crate) use places;

/// The loop at a place: what comes before it is longer from place to place.
fn at<const PLACE: usize>(mut read: impl FnMut() -> u64 + 'static) -> Reader {
    Box::new(move |count| {
        if PLACE & 1 != 0 {
            black_box(PLACE);
        }
        if PLACE & 2 != 0 {
            black_box([PLACE; 2]);
        }
        if PLACE & 4 != 0 {
            black_box([PLACE; 4]);
        }
        (0..count).map(|_| black_box(read())).fold(0, u64::wrapping_add)
    })
}
