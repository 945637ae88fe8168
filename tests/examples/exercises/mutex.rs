use std::collections::BTreeMap;
use std::thread;

/// Counts the words of each text in a thread of its own, without a lock.
fn tally(texts: &[&str]) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for text in texts {
            threads.push(scope.spawn(move || {
                let mut words = BTreeMap::new();
                for word in text.split_whitespace() {
                    *words.entry(word.to_lowercase()).or_default() += 1;
                }
                words
            }));
        }
        for thread in threads {
            let words: BTreeMap<String, u64> = thread.join().expect("counting does not panic");
            for (word, count) in words {
                *all.entry(word).or_default() += count;
            }
        }
    });
    all
}

#[test]
fn the_tally_is_that_of_one_thread() {
    let texts = ["to be or not", "To BE", "", "that is"].repeat(50);
    assert_eq!(tally(&texts), tally(&[&texts.join(" ")]));
    assert_eq!(tally(&texts)["be"], 100);
}
