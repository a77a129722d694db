//! Several lists of places, each place in at most one of them, every step in constant time.

/// `N` lists over the same places.
pub(super) struct Lists<const N: usize> {
    /// One link per place, then one per list, which closes its list to a ring.
    links: Vec<Link>,
    lengths: [usize; N],
}

#[derive(Clone, Copy)]
struct Link {
    before: u32,
    after: u32,
    list: u32,
}

/// The list of a place that is in none.
const NONE: u32 = u32::MAX;

impl<const N: usize> Lists<N> {
    pub(super) const BYTES_PER_PLACE: usize = size_of::<Link>();

    /// No place is in any list.
    pub(super) fn new(places: usize) -> Self {
        let alone = |at: usize| Link { before: at as u32, after: at as u32, list: NONE };
        Self { links: (0..places + N).map(alone).collect(), lengths: [0; N] }
    }

    pub(super) fn len(&self, list: usize) -> usize {
        self.lengths[list]
    }

    pub(super) fn front(&self, list: usize) -> Option<usize> {
        let ring = self.ring(list);
        let first = self.links[ring].after as usize;
        (first != ring).then_some(first)
    }

    /// Which list `place` is in.
    pub(super) fn list(&self, place: usize) -> Option<usize> {
        let list = self.links[place].list;
        (list != NONE).then_some(list as usize)
    }

    /// Takes `place` out of the list it is in, if any, and puts it last in `list`.
    pub(super) fn push(&mut self, list: usize, place: usize) {
        self.remove(place);
        let ring = self.ring(list);
        let last = self.links[ring].before as usize;
        self.links[place] = Link { before: last as u32, after: ring as u32, list: list as u32 };
        self.links[last].after = place as u32;
        self.links[ring].before = place as u32;
        self.lengths[list] += 1;
    }

    /// Takes `place` out of the list it is in, and says which that was.
    pub(super) fn remove(&mut self, place: usize) -> Option<usize> {
        let list = self.list(place)?;
        let Link { before, after, .. } = self.links[place];
        self.links[before as usize].after = after;
        self.links[after as usize].before = before;
        self.links[place].list = NONE;
        self.lengths[list] -= 1;
        Some(list)
    }

    fn ring(&self, list: usize) -> usize {
        self.links.len() - N + list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(lists: &mut Lists<2>, list: usize) -> Vec<usize> {
        std::iter::from_fn(|| {
            let first = lists.front(list)?;
            lists.remove(first);
            Some(first)
        })
        .collect()
    }

    #[test]
    fn first_in_is_first_out() {
        let mut lists = Lists::<2>::new(5);
        for place in 0..5 {
            lists.push(0, place);
        }
        lists.push(1, 2);
        lists.push(0, 0);
        assert_eq!(lists.remove(3), Some(0));
        assert_eq!(lists.remove(3), None);
        assert_eq!((lists.len(0), lists.len(1), lists.list(2)), (3, 1, Some(1)));
        assert_eq!(drained(&mut lists, 0), [1, 4, 0]);
        assert_eq!(drained(&mut lists, 1), [2]);
        assert_eq!((lists.len(0), lists.front(1)), (0, None));
    }
}
