//! How many bytes a copy takes.

use crate::cell::Published;

/// The two counters in front of whatever an `Arc` holds.
const ARC: usize = 2 * size_of::<usize>();

/// What a copy takes besides its place, if its value takes `heap` bytes beyond itself.
///
/// What the allocator adds is not known and not counted.
pub(super) fn of<T>(copy: &Published<T>, heap: usize) -> usize {
    let key = copy.meta.key.as_ref().map_or(0, |key| ARC + key.joined().len());
    let texts = [&copy.meta.author, &copy.meta.reason];
    let texts: usize = texts.into_iter().flatten().map(String::capacity).sum();
    let fields = ARC + copy.meta.fields.len();
    least::<T>() + key + texts + fields + heap
}

/// What any copy takes.
pub(super) fn least<T>() -> usize {
    ARC + size_of::<Published<T>>() + ARC + size_of::<T>()
}
