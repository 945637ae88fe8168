//! Many sorted runs merged into one: a tournament.

use super::Error;

/// Words in order, each with a count, read one after the other.
pub(super) trait Run {
    /// Enough of a word to compare most words with; cheap to copy.
    type Head: Copy;
    /// The head of a run that has ended, which comes after all others.
    const END: Self::Head;

    /// Goes on to the next word. Returns false if there is none.
    fn advance(&mut self) -> Result<bool, Error>;
    /// Returns the head of the current word.
    fn head(&self) -> Self::Head;
    /// Returns whether the current word of one run, whose head is given, comes before that of the
    /// other. False if the first has ended.
    fn is_before(one: (Self::Head, &Self), other: (Self::Head, &Self)) -> bool;
}

/// A tree of losers (Knuth, The Art of Computer Programming, volume 3, section 5.4.1): the leaves
/// are the runs, and a node holds which of the two runs that met there has the later word. When the
/// overall winner goes on, it meets only the losers on its way up, one per level.
pub(super) struct Tree<R: Run> {
    runs: Vec<R>,
    /// The overall winner, then the nodes: those below node `n` are `2n` and `2n + 1`. Leaf `i` is
    /// where node `runs.len() + i` would be.
    nodes: Vec<Node<R::Head>>,
}

#[derive(Clone, Copy)]
struct Node<H> {
    head: H,
    run: usize,
}

impl<R: Run> Tree<R> {
    pub(super) fn new(mut runs: Vec<R>) -> Result<Self, Error> {
        let mut leaves = Vec::with_capacity(runs.len());
        for (number, run) in runs.iter_mut().enumerate() {
            let head = if run.advance()? { run.head() } else { R::END };
            leaves.push(Node { head, run: number });
        }
        let mut tree = Self { runs, nodes: Vec::new() };
        // The winners first, each above the two who met, and then the losers in their place.
        let count = leaves.len();
        let mut nodes = vec![Node { head: R::END, run: 0 }; count];
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

    /// Returns the head of the first word, and the run it is in. The head is [`Run::END`] if all runs
    /// have ended; `None` if there are no runs.
    #[inline]
    pub(super) fn first(&self) -> Option<(R::Head, &R)> {
        self.nodes.first().map(|node| (node.head, &self.runs[node.run]))
    }

    /// Has the run with the first word go on, and meet those on its way to the top.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<(), Error> {
        let Some(first) = self.nodes.first() else { return Ok(()) };
        let number = first.run;
        let run = &mut self.runs[number];
        let head = if run.advance()? { run.head() } else { R::END };
        let mut node = Node { head, run: number };
        let mut at = usize::midpoint(self.runs.len(), number);
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
    fn is_before(&self, one: Node<R::Head>, other: Node<R::Head>) -> bool {
        R::is_before((one.head, &self.runs[one.run]), (other.head, &self.runs[other.run]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in order, each of which is its own head.
    struct Numbers(std::vec::IntoIter<u32>, u32);

    impl Run for Numbers {
        type Head = u32;
        const END: u32 = u32::MAX;

        fn advance(&mut self) -> Result<bool, Error> {
            let next = self.0.next();
            self.1 = next.unwrap_or(self.1);
            Ok(next.is_some())
        }

        fn head(&self) -> u32 {
            self.1
        }

        fn is_before(one: (u32, &Self), other: (u32, &Self)) -> bool {
            one.0 < other.0
        }
    }

    #[test]
    fn any_number_of_runs_of_any_length_is_merged() {
        for count in 0..20_u32 {
            // The first run is empty.
            let runs: Vec<Vec<u32>> = (0..count)
                .map(|run| (0..run * 7 % 11).map(|n| n * n * 31 % 50 + 60 * n).collect())
                .collect();
            let mut expected: Vec<u32> = runs.concat();
            expected.sort_unstable();
            let runs = runs.into_iter().map(|run| Numbers(run.into_iter(), 0)).collect();
            let mut tree = Tree::new(runs).unwrap();
            let mut merged = Vec::new();
            while let Some((head, _)) = tree.first().filter(|(head, _)| *head != Numbers::END) {
                merged.push(head);
                tree.advance().unwrap();
            }
            assert_eq!(merged, expected, "{count}");
        }
    }
}
