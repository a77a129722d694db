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
    /// Not for longer ones, whose code the compiler would no longer put into the loop, as it does for users.
    fn placed<R: FnMut() -> u64 + 'static>(
        name: &'static str,
        reader: impl Fn() -> R + Send + Sync + 'static,
    ) -> Self {
        let reader = move |place: usize| -> Reader {
            let (mut read, places) = (reader(), places::<R>());
            let many = places[place % PLACES];
            Box::new(move |count| many(&mut read, count))
        };
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

type Many<R> = fn(&mut R, usize) -> u64;

fn places<R: FnMut() -> u64>() -> [Many<R>; PLACES] {
    [
        many::<R, 0>,
        many::<R, 1>,
        many::<R, 2>,
        many::<R, 3>,
        many::<R, 4>,
        many::<R, 5>,
        many::<R, 6>,
        many::<R, 7>,
    ]
}

#[inline(never)]
fn many<R: FnMut() -> u64, const PLACE: usize>(read: &mut R, count: usize) -> u64 {
    // What comes before the loop is longer from place to place.
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
}
