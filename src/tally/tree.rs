//! Many sorted lanes merged into one: a tournament.

use super::MergeError;
use super::line::Key;

/// Words in order, each with a count. There may be a word in it twice.
pub(super) trait Lane {
    /// Goes on to the next word, if there is one.
    fn advance(&mut self) -> Result<bool, MergeError>;
    fn key(&self) -> Key;
    fn word(&self) -> &[u8];
    fn count(&self) -> u64;
}

/// A tree of losers (Knuth, The Art of Computer Programming, volume 3, section 5.4.1): the leaves
/// are the lanes, and a node holds which of the two lanes that met there has the later word. When
/// the winner of all goes on, it only meets the losers on its way up, one a level.
pub(super) struct Tree<L> {
    lanes: Vec<L>,
    /// The winner of all, then the nodes: those below node `n` are `2n` and `2n + 1`. Leaf `i` is
    /// where node `lanes.len() + i` would be.
    nodes: Vec<Node>,
    word: Vec<u8>,
}

/// A word, and the sum of its counts in all lanes.
pub(super) struct Sum<'t> {
    pub(super) word: &'t [u8],
    pub(super) key: Key,
    pub(super) count: u64,
}

#[derive(Clone, Copy)]
struct Node {
    key: Key,
    lane: usize,
}

impl<L: Lane> Tree<L> {
    pub(super) fn new(mut lanes: Vec<L>) -> Result<Self, MergeError> {
        let mut leaves = Vec::with_capacity(lanes.len());
        for (lane, words) in lanes.iter_mut().enumerate() {
            let key = if words.advance()? { words.key() } else { Key::END };
            leaves.push(Node { key, lane });
        }
        let mut tree = Self { lanes, nodes: Vec::new(), word: Vec::new() };
        // The winners first, each above the two who met, and then the losers in their place.
        let count = leaves.len();
        let mut nodes = vec![Node { key: Key::END, lane: 0 }; count];
        nodes.extend(leaves);
        let mut losers = nodes[..count].to_vec();
        for at in (1..count).rev() {
            let (a, b) = (nodes[2 * at], nodes[2 * at + 1]);
            (nodes[at], losers[at]) = if tree.is_before(b, a) { (b, a) } else { (a, b) };
        }
        if let (Some(top), Some(winner)) = (losers.first_mut(), nodes.get(1)) {
            *top = *winner;
        }
        tree.nodes = losers;
        Ok(tree)
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Option<Sum<'_>>, MergeError> {
        let Some(&Node { key, lane }) = self.nodes.first().filter(|top| top.key != Key::END) else {
            return Ok(None);
        };
        self.word.clear();
        self.word.extend_from_slice(self.lanes[lane].word());
        let mut sum = self.lanes[lane].count();
        self.advance(lane)?;
        while let Some(lane) = self.again(key) {
            let count = self.lanes[lane].count();
            sum = sum.checked_add(count).ok_or_else(|| MergeError::too_big(&self.word))?;
            self.advance(lane)?;
        }
        Ok(Some(Sum { word: &self.word, key, count: sum }))
    }

    /// The lane on top, if it has the same word.
    #[inline]
    fn again(&self, key: Key) -> Option<usize> {
        let top = self.nodes[0];
        let same = top.key == key && (!key.is_cut() || self.lanes[top.lane].word() == self.word);
        same.then_some(top.lane)
    }

    /// Has the lane go on, and meet those on its way to the top.
    #[inline]
    fn advance(&mut self, lane: usize) -> Result<(), MergeError> {
        let words = &mut self.lanes[lane];
        let key = if words.advance()? { words.key() } else { Key::END };
        let mut node = Node { key, lane };
        let mut at = usize::midpoint(self.lanes.len(), lane);
        while at > 0 {
            let other = self.nodes[at];
            let before = self.is_before(other, node);
            self.nodes[at] = if before { node } else { other };
            node = if before { other } else { node };
            at /= 2;
        }
        self.nodes[0] = node;
        Ok(())
    }

    #[inline]
    fn is_before(&self, a: Node, b: Node) -> bool {
        if a.key == b.key && a.key.is_cut() {
            return self.lanes[a.lane].word() < self.lanes[b.lane].word();
        }
        a.key < b.key
    }
}
